"""Plain readings: simple devices' ordinary messages, read by the run and kept as columns.

Most of what simple devices send is one good value. Such a message needs no batch of its own, and a
run of them is read in few steps, because the work per message bounds how many a worker takes.
Whatever is out of the ordinary is left to the full decoder.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime
from itertools import groupby
from typing import NamedTuple

import msgspec
import numpy as np
from numpy.typing import NDArray

from edge.wire import MAX_BATCH_BYTES, Micros, WireError, is_identifier
from ingest.clock import DAY, SECOND
from ingest.packets import Incoming
from ingest.rules import GREATEST_VALUE
from ingest.settings import IngestSettings
from ingest.simple import decode_value, event_time, is_urgent

_KNOWN_TOPICS = 65_536  # ours: topics whose parts are kept, so that they are checked once
_LONGEST_TOPIC = 256  # ours: longer than any of ours, far shorter than what MQTT lets through
_NOT_READINGS = frozenset({"swipe", "state"})
_FEW = 8  # ours: so many messages are read as fast one by one as by columns


class Handful(NamedTuple):
    """Good readings as columns of one length, in the order of arrival.

    All of them carry a time of their own (`timed`), so that one told twice counts once, or none
    does. `topic` is the first one's.
    """

    devices: list[str]
    quantities: list[str]
    times: NDArray[np.int64]
    values: NDArray[np.float64]
    timed: bool
    urgent: bool
    received: Micros
    topic: str


class Run(NamedTuple):
    """Messages that arrived one after another, and the readings they are if they are plain."""

    messages: Sequence[Incoming]
    readings: Handful | None


class _Series(NamedTuple):
    device: str
    quantity: str
    urgent: bool


class _Timed(msgspec.Struct, frozen=True):
    """The usual form. The full decoder knows more of them; what this one takes, it takes alike."""

    value: float
    time: datetime | float


_decode_timed = msgspec.json.Decoder(_Timed).decode


class PlainReader:
    """Reads the messages that are one good value and nothing else."""

    def __init__(self, settings: IngestSettings) -> None:
        self._oldest = settings.live_oldest_days * DAY
        self._ahead = settings.future_tolerance_s * SECOND
        self._topics: dict[str, _Series | None] = {}

    def read(self, messages: Sequence[Incoming], received: Micros) -> Iterator[Run]:
        """All messages in their order, in runs; without readings, the full decoder has the word."""
        for plain, group in groupby(messages, self._may_be_plain):
            run = list(group)
            if not plain:
                yield Run(run, None)
            elif len(run) > _FEW and (handful := self._together(run, received)) is not None:
                yield Run(run, handful)
            else:
                for message in run:
                    yield Run([message], self._alone(message, received))

    def _may_be_plain(self, message: Incoming) -> bool:
        series = self._series_of(message.topic)
        return (
            series is not None and not message.retained and len(message.payload) <= MAX_BATCH_BYTES
        )

    def _together(self, run: Sequence[Incoming], received: Micros) -> Handful | None:
        """The run's readings if each is of the usual form and good."""
        try:
            told = [_decode_timed(message.payload) for message in run]
            seconds = [_seconds(each.time) for each in told]
        except (msgspec.MsgspecError, UnicodeDecodeError, ValueError):
            return None
        values = np.array([each.value for each in told])
        times = np.rint(np.array(seconds) * 1e6)
        if not self._good(times, values, received):
            return None
        series = [self._series_of(message.topic) for message in run]
        return _handful(run, series, times.astype(np.int64), values, received, timed=True)

    def _alone(self, message: Incoming, received: Micros) -> Handful | None:
        topic, payload = message.topic, message.payload
        series = self._series_of(topic)
        assert series is not None
        try:
            value, time, timed = _one(payload, received)
        except WireError:
            return None
        inside = received - self._oldest <= time <= received + self._ahead
        if not inside or not abs(value) <= GREATEST_VALUE:  # as it is, NaN is refused too
            return None
        device, quantity, urgent = series
        times, values = np.array([time]), np.array([value])
        return Handful([device], [quantity], times, values, timed, urgent, received, topic)

    def _good(
        self,
        times: NDArray[np.int64] | NDArray[np.float64],
        values: NDArray[np.float64],
        now: Micros,
    ) -> bool:
        inside = (times >= now - self._oldest) & (times <= now + self._ahead)
        return bool((inside & (np.abs(values) <= GREATEST_VALUE)).all())

    def _series_of(self, topic: str) -> _Series | None:
        try:
            return self._topics[topic]
        except KeyError:
            return self._learn(topic)

    def _learn(self, topic: str) -> _Series | None:
        if len(topic) > _LONGEST_TOPIC:
            return None
        series = None
        match topic.split("/"):
            case [_, _, site, "devices", device, quantity] if quantity not in _NOT_READINGS:
                if all(map(is_identifier, (site, device, quantity))):
                    series = _Series(device, quantity, is_urgent(quantity))
            case _:
                pass
        if len(self._topics) < _KNOWN_TOPICS:
            self._topics[topic] = series
        return series


def _one(payload: bytes, received: Micros) -> tuple[float, Micros, bool]:
    """Value and time of one message, and whether the time is its own."""
    try:
        told = _decode_timed(payload)  # first, so that a time is read alike alone and in a run
        return told.value, round(_seconds(told.time) * 1e6), True
    except (msgspec.MsgspecError, UnicodeDecodeError, ValueError, OverflowError):
        value, when = decode_value(payload)
        return value, received if when is None else event_time(when, received), when is not None


def _seconds(time: datetime | float) -> float:
    if not isinstance(time, datetime):
        return time
    if time.tzinfo is None:
        raise ValueError("no zone")
    return time.timestamp()


def _handful(
    run: Sequence[Incoming],
    series: Sequence[_Series | None],
    times: NDArray[np.int64],
    values: NDArray[np.float64],
    received: Micros,
    *,
    timed: bool,
) -> Handful:
    known = [each for each in series if each is not None]
    return Handful(
        devices=[each.device for each in known],
        quantities=[each.quantity for each in known],
        times=times,
        values=values,
        timed=timed,
        urgent=any(each.urgent for each in known),
        received=received,
        topic=run[0].topic,
    )
