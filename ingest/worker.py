"""Worker: one process of ingest, from the broker to the store.

Two threads carry the data: the broker's receives and decodes, the caller's writes and
acknowledges. A third shows that the worker is alive and keeps the store within its bounds; a
fourth carries commands to agents; a fifth keeps up the roll-ups.
"""

from __future__ import annotations

import logging
import secrets
import threading
import time
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from dataclasses import asdict
from typing import Any

import msgspec
import psycopg

from edge.tls import SYSTEM, Tls
from edge.wire import LinkTest, Micros
from ingest.arrival import DeadLetter, Entry, Refusal, Report
from ingest.clock import now
from ingest.commands import CommandPost
from ingest.decode import Decoder, is_urgent_topic
from ingest.failures import without_values
from ingest.gather import Gatherer
from ingest.helpers import Helpers
from ingest.housekeeping import beat, keep_house
from ingest.inbox import Delivery, Inbox
from ingest.link import Link, LinkError
from ingest.migrate import unapplied
from ingest.offset import ClockWatch, clock_offset_s
from ingest.packets import Incoming
from ingest.patience import PatientConnection
from ingest.person import PersonKeys
from ingest.plain import PlainReader
from ingest.retention import oldest_rolled_up, retire
from ingest.rollup import RollUps
from ingest.settings import IngestSettings
from ingest.store_trial import try_store
from ingest.write import Tally, Writer

BEAT_S = 5.0
HOUSEKEEPING_S = 3600.0
ROLLUP_S = 10.0  # ours: how far roll-ups may be behind
_FLOOD_SHARE = 4  # ours: dead letters may pass their bound by a quarter before they are evicted
_WAIT_S = 0.2

log = logging.getLogger(__name__)


class WorkerError(RuntimeError):
    """The worker cannot start or go on; the text says what to mend."""


def run_worker(
    settings: IngestSettings,
    *,
    database_url: str,
    broker_url: str,
    username: str | None,
    password: str | None,
    person_key: bytes,
    stop: threading.Event,
    ready: Callable[[], None] | None = None,
    name: str = "ingest-1",
    tls: Tls = SYSTEM,
) -> None:
    """Take messages until `stop` is set; then write what has arrived and leave.

    `ready` is called once, when the broker has confirmed the subscriptions. `name` is the
    worker's for ever: two workers of one name would take each other's session.

    Raises:
        WorkerError: the database is unreachable or not migrated at the start, or one of the
            worker's threads failed.
        LinkError: the broker's address is wrong, a file for TLS can't be used, or it refuses us.
        ValueError: the person key is too short or too long.
    """
    worker = _Worker(settings, name, PersonKeys(person_key), stop)
    store = PatientConnection(database_url, name, stop)
    link = Link(  # refuses a wrong address before anything is opened
        broker_url,
        name=f"gridwarden-{name}",
        username=username,
        password=password,
        in_flight=settings.max_queue,
        receive=worker.receive,
        share=settings.share,
        client=settings.client,
        trust=tls,
    )
    helpers = Helpers()
    with ExitStack() as leaving:  # from the last line up
        leaving.callback(store.close)
        leaving.callback(helpers.join)
        leaving.callback(link.close)
        leaving.callback(worker.done.set)
        worker.store_test = _check_store(store, name)
        link.open()
        helpers.start("caretaker", lambda: worker.take_care(database_url))
        post = CommandPost(
            PatientConnection(database_url, f"{name}-commands", worker.done),
            broker_url,
            name=f"gridwarden-{name}",
            username=username,
            password=password,
            done=worker.done,
            tls=tls,
        )
        helpers.start("commands", post.run)
        helpers.start("roll-ups", lambda: worker.roll_up(database_url))
        worker.work(store, link, helpers, ready)


def _check_store(store: PatientConnection, name: str) -> LinkTest:
    """The upper pair of the link test; nothing is heard from agents before it is passed."""
    try:
        missing = store.attempt(lambda conn: unapplied(conn, "ingest"))
        tested = None if missing else store.attempt(lambda conn: try_store(conn, name))
    except psycopg.OperationalError as error:
        raise WorkerError(
            f"the database does not answer: {' '.join(str(error).split())}; start it, or correct "
            "database.url"
        ) from error
    if missing:
        raise WorkerError(
            f"the database lacks {', '.join(missing)}; run `gridwarden migrate` first"
        )
    assert tested is not None
    if not tested.passed:
        raise WorkerError(f"the link to the database fails its test: {tested.reason}")
    return tested


class _Worker:
    """What the three threads share."""

    def __init__(
        self, settings: IngestSettings, name: str, persons: PersonKeys, stop: threading.Event
    ) -> None:
        self.done = threading.Event()
        self.store_test: LinkTest | None = None
        self._settings = settings
        self._name = name
        self._stop = stop
        self._started = now()
        epoch = -1 - secrets.randbits(62)  # below 0: no agent's
        self._decoder = Decoder(settings, persons, epoch)
        self._plain = PlainReader(settings)
        self._gatherer = Gatherer(epoch)
        self._inbox = Inbox(max_messages=settings.max_queue, flush_s=settings.flush_ms / 1000)
        self._tally = Tally()
        self._clocks = ClockWatch()
        self._letter_bytes = 0  # written since the last housekeeping

    def receive(self, messages: Sequence[Incoming], session: int) -> None:
        """In the broker's thread: decode messages and put them into the inbox."""
        received, since = now(), time.monotonic()
        deliveries: list[Delivery] = []
        for run, readings in self._plain.read(messages, received):
            if readings is not None:
                size = sum(len(message.payload) for message in run)
                mids = [message.mid for message in run if message.qos]
                deliveries.append(
                    Delivery(readings, readings.urgent, mids, len(run), session, size, since)
                )
                continue
            for message in run:
                entry, urgent = self._decode(message, received), is_urgent_topic(message.topic)
                mids, size = [message.mid] if message.qos else [], len(message.payload)
                deliveries.append(Delivery(entry, urgent, mids, 1, session, size, since))
        self._inbox.put(deliveries, self.done)

    def work(
        self,
        store: PatientConnection,
        link: Link,
        helpers: Helpers,
        ready: Callable[[], None] | None,
    ) -> None:
        """In the caller's thread: write lots and acknowledge them, until told to stop."""
        writer = Writer(max_unregistered=self._settings.max_unregistered)
        announced = False
        while not self._stop.is_set():
            if helpers.failure is not None:
                raise WorkerError(f"a part of the worker failed: {helpers.failure}")
            if not announced:
                if link.refusal is not None:
                    raise LinkError(link.refusal)
                if link.ready.is_set():
                    announced = True
                    log.info("ingest.ready", extra={"worker": self._name})
                    if ready is not None:
                        ready()
            self._write_lot(store, link, writer, self._inbox.gather(_WAIT_S))
        for _ in range(len(self._inbox)):  # what has arrived by now, but no more
            self._write_lot(store, link, writer, self._inbox.gather(0))

    def take_care(self, database_url: str) -> None:
        """In a thread of its own: beat every few seconds, keep house once an hour and in floods."""
        store = PatientConnection(database_url, f"{self._name}-care", self.done)
        next_round: Micros = self._started
        try:
            while not self.done.is_set():
                moment = now()
                store.run(lambda conn, at=moment: self._beat(conn, at))
                if moment >= next_round or self._flooded():
                    self._letter_bytes = 0
                    cleaned = store.run(
                        lambda conn, at=moment: keep_house(conn, self._settings, at)
                    )
                    next_round = moment + int(HOUSEKEEPING_S * 1e6)
                    if cleaned is not None:
                        log.info("ingest.housekeeping", extra=asdict(cleaned))
                        next_round = moment if cleaned.unfinished else next_round
                    dropped = store.run(lambda conn, at=moment: retire(conn, self._settings, at))
                    if dropped:
                        log.info("ingest.retired", extra={"parts": dropped})
                self.done.wait(BEAT_S)
        finally:
            store.close()

    def roll_up(self, database_url: str) -> None:
        """In a thread of its own: keep the roll-ups a few seconds behind the feed."""
        store = PatientConnection(database_url, f"{self._name}-rollups", self.done)
        roll_ups = RollUps()
        try:
            while not self.done.is_set():
                oldest = oldest_rolled_up(self._settings, now())
                store.run(
                    lambda conn, at=oldest: roll_ups.catch_up(conn, oldest=at, stop=self.done)
                )
                self.done.wait(ROLLUP_S)
        finally:
            store.close()

    def _decode(self, message: Incoming, received: Micros) -> Entry:
        topic, payload = message.topic, message.payload
        try:
            return self._decoder.decode(topic, payload, received, retained=message.retained)
        except Exception as error:
            # A message that our own code stumbles over must not stop all others; it is kept
            # whole, and loudly, so that it can be mended and sent again.
            log.error(  # noqa: TRY400  # a traceback would tell values
                "ingest.decoder_failed", extra={"topic": topic, "error": without_values(error)}
            )
            reason = f"our decoder failed: {type(error).__name__}; please report it"
            return Refusal(DeadLetter(received, topic, reason, payload))

    def _write_lot(
        self, store: PatientConnection, link: Link, writer: Writer, lot: list[Delivery]
    ) -> None:
        if not lot:
            return
        entries = self._gatherer.gather(delivery.entry for delivery in lot)
        tally = store.run(lambda conn: writer.write(conn, entries))
        if tally is None:
            return  # stopped while the database was away: unacknowledged, it will come again
        link.acknowledge(lot)
        self._tally += tally
        self._letter_bytes += sum(
            len(letter.payload)
            for entry in entries
            if not isinstance(entry, Report)
            for letter in entry.letters
        )
        log.debug("ingest.committed", extra={"messages": len(lot), **asdict(tally)})

    def _flooded(self) -> bool:
        return self._letter_bytes > (self._settings.dead_letter_max_mb << 20) // _FLOOD_SHARE

    def _beat(self, conn: psycopg.Connection[Any], at: Micros) -> None:
        offset_s = clock_offset_s(conn)
        self._clocks.look(offset_s)
        state = {
            **asdict(self._tally),
            "waiting": len(self._inbox),
            "clock_offset_s": round(offset_s, 3),
            "store_test": msgspec.to_builtins(self.store_test),
        }
        beat(conn, name=self._name, kind="ingest", started=self._started, now=at, state=state)
