"""Plain readings: simple devices' ordinary messages, gathered into columns before they are written.

Most of what simple devices send is one good value. Such a message needs no batch of its own: a lot
of them becomes one. Whatever is out of the ordinary is left to the full decoder.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import count
from math import isfinite
from typing import NamedTuple

import numpy as np

from edge.wire import (
    ALL_SIMPLE_DEVICES,
    MAX_BATCH_BYTES,
    Micros,
    Readings,
    WireError,
    is_identifier,
)
from ingest.arrival import Arrival, Entry, Identity
from ingest.clock import DAY, SECOND
from ingest.feed import CommittedBatch
from ingest.settings import IngestSettings
from ingest.simple import decode_value, event_time, is_urgent

GATHERED_AGENT = "ingest"  # under whose name a batch of many devices' messages goes into the feed
_KNOWN_TOPICS = 65_536  # ours: topics whose parts are kept, so that they are checked once
_LONGEST_TOPIC = 256  # ours: longer than any of ours, far shorter than what MQTT lets through
_MOST_TOGETHER = 50_000  # ours: fewer than a batch's table can have names
_NOT_READINGS = frozenset({"swipe", "state"})


class Plain(NamedTuple):
    """One good reading. With a time of its own (`timed`) it may be told twice and counts once."""

    device: str
    quantity: str
    time: Micros
    value: float
    timed: bool
    received: Micros
    topic: str
    urgent: bool


class _Series(NamedTuple):
    device: str
    quantity: str
    urgent: bool


class PlainReader:
    """Reads the messages that are one good value and nothing else."""

    def __init__(self, settings: IngestSettings) -> None:
        self._oldest = settings.live_oldest_days * DAY
        self._ahead = settings.future_tolerance_s * SECOND
        self._topics: dict[str, _Series | None] = {}

    def read(self, topic: str, payload: bytes, received: Micros) -> Plain | None:
        """The reading, or None if the full decoder has to say what the message is."""
        try:
            series = self._topics[topic]
        except KeyError:
            series = self._learn(topic)
        if series is None or len(payload) > MAX_BATCH_BYTES:
            return None
        try:
            value, when = decode_value(payload)
            time = received if when is None else event_time(when, received)
        except WireError:
            return None
        if not isfinite(value) or not received - self._oldest <= time <= received + self._ahead:
            return None
        device, quantity, urgent = series
        return Plain(device, quantity, time, value, when is not None, received, topic, urgent)

    def _learn(self, topic: str) -> _Series | None:
        if len(topic) > _LONGEST_TOPIC:
            return None
        if len(self._topics) >= _KNOWN_TOPICS:
            self._topics.clear()
        series = None
        match topic.split("/"):
            case [_, _, site, "devices", device, quantity] if quantity not in _NOT_READINGS:
                if all(map(is_identifier, (site, device, quantity))):
                    series = _Series(device, quantity, is_urgent(quantity))
            case _:
                pass
        self._topics[topic] = series
        return series


class Gatherer:
    """Makes one arrival of many plain readings."""

    def __init__(self, epoch: int) -> None:
        """`epoch` names this worker's life; with a count it names each gathered batch."""
        self._epoch = epoch
        self._numbers = count(1)

    def gather(self, entries: Iterable[Entry | Plain]) -> list[Entry]:
        """The entries in their order, each run of plain readings of one kind as one arrival."""
        gathered: list[Entry] = []
        run: list[Plain] = []
        for entry in entries:
            if isinstance(entry, Plain):
                if run and (entry.timed != run[0].timed or len(run) >= _MOST_TOGETHER):
                    gathered.append(self._join(run))
                    run = []
                run.append(entry)
                continue
            if run:
                gathered.append(self._join(run))
                run = []
            gathered.append(entry)
        if run:
            gathered.append(self._join(run))
        return gathered

    def _join(self, run: Sequence[Plain]) -> Arrival:
        device, quantity, time, value, timed, received, topic, _ = zip(*run, strict=True)
        devices, device_indexes = _indexed(device)
        quantities, quantity_indexes = _indexed(quantity)
        batch = CommittedBatch(
            agent=GATHERED_AGENT,
            epoch=self._epoch,
            seq=next(self._numbers),
            origin="live",
            received=received[-1],
            devices=devices,
            quantities=quantities,
            readings=Readings(
                device=device_indexes,
                quantity=quantity_indexes,
                time=np.array(time, dtype="<i8").tobytes(),
                value=np.array(value, dtype="<f8").tobytes(),
            ),
            swipes=[],
            detections=[],
            states=[],
        )
        where = topic[0] if len(run) == 1 else ALL_SIMPLE_DEVICES
        # Without times only its number tells a lot that is written again after a lost connection.
        identity = None if timed[0] else Identity(batch.agent, batch.epoch, batch.seq)
        return Arrival(identity, None, where, batch, known_by_content=timed[0])


def _indexed(names: Sequence[str]) -> tuple[list[str], bytes]:
    """The distinct names, and each name's place among them as packed u16."""
    table = {name: place for place, name in enumerate(dict.fromkeys(names))}
    return list(table), np.array([table[name] for name in names], dtype="<u2").tobytes()
