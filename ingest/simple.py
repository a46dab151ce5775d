"""Simple devices: readable JSON, one value, swipe or state per message.

`0.31`, `{"value": 0.31}`, `{"value": 0.31, "time": "2026-11-22T08:00:00Z"}` with an optional time
in ISO 8601 (with its zone) or in seconds since 1970. A swipe is `{"card": "0451", "direction":
"in", "granted": false, "reason": "denied-passback"}`, a state `{"state": "fault", "detail": {…}}`.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from hashlib import blake2b
from itertools import count
from typing import Literal, TypeAlias

import msgspec

from edge.access import Reason
from edge.columns import Reading, pack_readings
from edge.wire import DeviceState, Direction, Identifier, Micros, Readings, WireError
from ingest.arrival import Identity
from ingest.clock import micros
from ingest.feed import CommittedBatch, CommittedSwipe
from ingest.person import PersonKeys

When: TypeAlias = float | str | None

BY_CONTENT = 0  # the epoch of messages that are identified by what they say

_MOST_SECONDS = 1e12  # ours: far beyond any date, far below what int64 microseconds hold
_MOST_SHOWN = 40  # ours: characters of a wrong time that its dead letter's reason repeats
_URGENT = frozenset({"alarm", "open", "state", "swipe"})
_DIRECTIONS = {"in": Direction.IN, "out": Direction.OUT, None: Direction.UNKNOWN}

_MALFORMED = (msgspec.MsgspecError, UnicodeDecodeError)
_NO_READINGS = Readings(b"", b"", b"", b"")


class _Value(msgspec.Struct, frozen=True):
    value: float
    time: When = None


class _Swipe(msgspec.Struct, frozen=True):
    card: str
    direction: Literal["in", "out"] | None = None
    granted: bool = True
    reason: Reason = ""
    time: When = None


class _State(msgspec.Struct, frozen=True):
    state: Identifier
    detail: dict[str, str | int | float | bool | None] = {}
    time: When = None


_value_decoder = msgspec.json.Decoder(float | _Value)
_swipe_decoder = msgspec.json.Decoder(_Swipe)
_state_decoder = msgspec.json.Decoder(_State)


def decode_value(payload: bytes) -> tuple[float, When]:
    """A measured value and its time, as the message tells it.

    Raises:
        WireError: not JSON of this form.
    """
    try:
        message = _value_decoder.decode(payload)
    except _MALFORMED as error:
        raise WireError(f"not JSON of a simple device: {error}") from error
    if isinstance(message, _Value):
        return message.value, message.time
    return message, None


def is_urgent(quantity: str) -> bool:
    """Whether a simple device's message is committed at once: alarms, doors and swipes are."""
    return quantity in _URGENT


class SimpleDecoder:
    """Turns simple devices' messages into batches of one item."""

    def __init__(self, persons: PersonKeys, epoch: int) -> None:
        """`epoch` names this worker's life; it identifies messages that carry no time."""
        self._persons = persons
        self._epoch = epoch
        self._untimed: Iterator[int] = count(1)

    def decode(
        self,
        device: str,
        quantity: str,
        topic: str,
        payload: bytes,
        received: Micros,
        *,
        retained: bool = False,
    ) -> CommittedBatch:
        """One message as a batch under the device's own name.

        With a time in it the message is identified by what it says, so that the broker may tell
        it twice; its epoch is `BY_CONTENT`. Without one there is nothing to tell a repetition
        from a second measurement, so each delivery counts, at its receipt time; but a `retained`
        swipe happened once, however often the broker tells it.

        Raises:
            WireError: not JSON of this form, or a time that cannot be read.
        """
        try:
            if quantity == "swipe":
                swipe = _swipe_decoder.decode(payload)
                when, batch = swipe.time, self._swipe(device, swipe, received)
            elif quantity == "state":
                state = _state_decoder.decode(payload)
                when, batch = state.time, self._state(device, state, received)
            else:
                value, when = decode_value(payload)
                batch = self._reading(device, quantity, value, when, received)
        except _MALFORMED as error:
            raise WireError(f"not JSON of a simple device: {error}") from error
        lasting = when is not None or (retained and quantity == "swipe")
        identity = self._identify(device, topic, payload, lasting=lasting)
        return msgspec.structs.replace(batch, epoch=identity.epoch, seq=identity.seq)

    def _identify(self, device: str, topic: str, payload: bytes, *, lasting: bool) -> Identity:
        if not lasting:
            return Identity(device, self._epoch, next(self._untimed))
        digest = blake2b(topic.encode() + b"\0" + payload, digest_size=8).digest()
        return Identity(device, BY_CONTENT, int.from_bytes(digest) >> 1)

    def _swipe(self, device: str, swipe: _Swipe, received: Micros) -> CommittedBatch:
        if not swipe.card:
            raise WireError("a swipe with an empty card")
        person = self._persons.of(swipe.card)
        time = event_time(swipe.time, received)
        direction = _DIRECTIONS[swipe.direction]
        committed = CommittedSwipe(device, time, person, direction, swipe.granted, swipe.reason)
        return single(device, received, swipes=[committed])

    def _state(self, device: str, state: _State, received: Micros) -> CommittedBatch:
        time = event_time(state.time, received)
        if any(
            isinstance(value, int) and value.bit_length() > 63 for value in state.detail.values()
        ):
            raise WireError("a number in `detail` is too large: whole numbers have 63 bits")
        return single(
            device, received, states=[DeviceState(device, time, state.state, state.detail)]
        )

    def _reading(
        self, device: str, quantity: str, value: float, when: When, received: Micros
    ) -> CommittedBatch:
        time = event_time(when, received)
        devices, quantities, readings = pack_readings([Reading(device, quantity, time, value)])
        batch = single(device, received, readings=readings)
        return msgspec.structs.replace(batch, devices=devices, quantities=quantities)


def single(
    device: str,
    received: Micros,
    *,
    readings: Readings = _NO_READINGS,
    swipes: list[CommittedSwipe] | None = None,
    states: list[DeviceState] | None = None,
) -> CommittedBatch:
    """A live batch of one device that tells something itself, still without an identity."""
    return CommittedBatch(
        agent=device,
        epoch=0,
        seq=0,
        origin="live",
        received=received,
        devices=[],
        quantities=[],
        readings=readings,
        swipes=swipes or [],
        detections=[],
        states=states or [],
    )


def event_time(when: When, received: Micros) -> Micros:
    """Microseconds UTC of a message's time; its receipt time where it has none.

    Raises:
        WireError: no ISO 8601, no zone, or beyond any calendar.
    """
    if when is None:
        return received
    if isinstance(when, str):
        try:
            moment = datetime.fromisoformat(when)
        except ValueError as error:
            raise WireError(f"time {when[:_MOST_SHOWN]!r} is not ISO 8601") from error
        if moment.tzinfo is None:
            raise WireError(f"time {when!r} has no zone; add Z or an offset")
        return micros(moment)
    if not abs(when) <= _MOST_SECONDS:
        raise WireError(f"time {when} is not seconds since 1970")
    return round(when * 1e6)
