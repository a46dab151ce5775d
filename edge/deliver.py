"""Deliver: a carried file into the store, through the same way as live batches.

Every batch keeps the identity under which the agent spooled it and becomes origin `courier`. So
it is stored once, whether the file comes first or the agent's own link: whichever is second is
acknowledged and dropped.
"""

from __future__ import annotations

import secrets
import threading
import time
from collections import OrderedDict
from collections.abc import Callable, Collection, Iterable
from typing import BinaryIO

import msgspec

from edge.assemble import open_link
from edge.carry import PATIENCE_S, CarryError, Progress
from edge.courier import Manifest, Parcel, Place, read_parcel
from edge.sender import Sender
from edge.settings import EdgeSettings
from edge.tls import SYSTEM, Tls
from edge.window import Key, Ticket, Window
from edge.wire import Ack, decode_batch, decode_rejected, encode_batch, encode_rejected


def deliver(
    file: BinaryIO,
    manifest: Manifest,
    places: Iterable[Place],
    settings: EdgeSettings,
    *,
    broker_url: str,
    username: str | None = None,
    password: str | None = None,
    tls: Tls = SYSTEM,
    progress: Progress = lambda _: None,
    stop: threading.Event | None = None,
    patience_s: float = PATIENCE_S,
    monotonic: Callable[[], float] = time.monotonic,
) -> None:
    """Publish the parcels at `places` of a checked file until ingest has acknowledged them all.

    `progress` is called with the number of items acknowledged so far.

    Raises:
        CarryError: stopped, or nothing was acknowledged for `patience_s`; delivering the same
            file again goes on.
        ValueError: `broker_url` is none, or a file for TLS can't be used.
    """
    load = Load(file, places)
    site, agent = manifest.site, manifest.agent
    link = open_link(
        broker_url, username, password,
        site=site, agent=agent, queue=2 * settings.in_flight,
        client_id=f"{site}-{agent}-{secrets.token_hex(4)}", announced=False, tls=tls,
    )  # fmt: skip
    window = Window(settings.in_flight, settings.resend_s)
    sender = Sender(load, window, link, site=site, agent=agent, monotonic=monotonic)
    link.start()
    try:
        done, since = 0, monotonic()
        while load.batches:
            if stop is not None and stop.is_set():
                raise CarryError("stopped; start the same again to finish it")
            if monotonic() - since > patience_s:
                raise CarryError(
                    f"nothing acknowledged for {patience_s:.0f} s: is the broker reachable and "
                    "an ingest worker connected to it? Then start the same again"
                )
            sender.wait(0.1)
            sender.pump()
            if load.acknowledged > done:
                done, since = load.acknowledged, monotonic()
                progress(done)
    finally:
        link.close()


class Load:
    """What of a carried file is not acknowledged yet; the same face as an outbox."""

    def __init__(self, file: BinaryIO, places: Iterable[Place]) -> None:
        self.acknowledged = 0
        self._file = file
        ordered = sorted(places, key=lambda place: place.channel != "urgent")
        # Not a plain dict, whose first key is found in ever more steps as the front is deleted.
        self._places = OrderedDict((place.key, place) for place in ordered)

    @property
    def batches(self) -> int:
        """How many are not acknowledged."""
        return len(self._places)

    def tickets(self, limit: int, exclude: Collection[Key] = ()) -> list[Ticket]:
        """The first `limit` batches but those in `exclude`: urgent first, then as in the file."""
        found: list[Ticket] = []
        for place in self._places.values():
            if len(found) == limit:
                break
            if place.key not in exclude:
                found.append(Ticket(*place.key, place.channel, place.size))
        return found

    def load(self, tickets: Iterable[Ticket]) -> dict[Key, bytes]:
        """Payloads by key, as the courier's; those acknowledged meanwhile are left out."""
        loaded: dict[Key, bytes] = {}
        for ticket in tickets:
            place = self._places.get(ticket.key)
            if place is not None:
                loaded[ticket.key] = as_carried(read_parcel(self._file, place))
        return loaded

    def acknowledge(self, acks: Iterable[Ack]) -> None:
        """Drop what ingest has committed."""
        for ack in acks:
            for seq in ack.seqs:
                place = self._places.pop((ack.epoch, seq), None)
                self.acknowledged += 0 if place is None else place.items


def as_carried(parcel: Parcel) -> bytes:
    """The parcel's payload with origin `courier` and all else as it was."""
    if parcel.channel == "rejected":
        rejected = decode_rejected(parcel.payload)
        return encode_rejected(msgspec.structs.replace(rejected, origin="courier"))
    return encode_batch(msgspec.structs.replace(decode_batch(parcel.payload), origin="courier"))
