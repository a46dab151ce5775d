"""Wire: topics and messages between agents, simple devices and ingest. The one contract.

An agent publishes *batches* as MessagePack. Columns are packed little-endian arrays, so that a
batch of any size decodes without a Python loop. Simple devices may publish readable JSON
instead, one value per message: `mosquitto_pub -t gw/1/campus/devices/hydrant-07/pressure -m
'{"value":0.31}'`.

Times are int64 microseconds since 1970-01-01 UTC. Identifiers are 1 to 64 characters of
`[A-Za-z0-9._-]`.
"""

from __future__ import annotations

import re
from enum import IntEnum
from typing import Annotated, Literal, TypeAlias

import msgspec
import numpy as np
from numpy.typing import NDArray

from edge.access import Reason

VERSION = 1
MAX_BATCH_BYTES = 1 << 20  # ours: an agent cuts a batch before it grows past this
MAX_MESSAGE_BYTES = 16 << 20  # ours: what the broker lets through at all
MAX_REJECTED_TEXT = 16_384  # ours: characters kept of a record that could not be read

Micros: TypeAlias = int
Identifier = Annotated[str, msgspec.Meta(pattern=r"^[A-Za-z0-9._-]{1,64}\Z")]
Urgency = Literal["urgent", "bulk"]
Origin = Literal["live", "courier", "trial"]
Duty = Literal["testing", "live"]

_IDENTIFIER = re.compile(r"[A-Za-z0-9._-]{1,64}")

ALL_BATCHES = f"gw/{VERSION}/+/agents/+/batch/+"
ALL_REJECTED = f"gw/{VERSION}/+/agents/+/rejected"
ALL_AGENT_STATES = f"gw/{VERSION}/+/agents/+/state"
ALL_SIMPLE_DEVICES = f"gw/{VERSION}/+/devices/+/+"

# msgspec lets Python's own errors through for broken UTF-8 and for endless nesting.
MALFORMED = (msgspec.MsgspecError, UnicodeDecodeError, RecursionError)


class WireError(ValueError):
    """A message that breaks the contract; the text says which part and what was expected."""


def is_identifier(text: str) -> bool:
    """Whether `text` may name a site, agent, device or quantity."""
    return _IDENTIFIER.fullmatch(text) is not None


def batch_topic(site: str, agent: str, urgency: Urgency) -> str:
    """Where an agent publishes its batches."""
    return f"gw/{VERSION}/{site}/agents/{agent}/batch/{urgency}"


def rejected_topic(site: str, agent: str) -> str:
    """Where an agent publishes records that it was given and could not read."""
    return f"gw/{VERSION}/{site}/agents/{agent}/rejected"


def state_topic(site: str, agent: str) -> str:
    """Where an agent's retained state, and its last will, stand."""
    return f"gw/{VERSION}/{site}/agents/{agent}/state"


def ack_topic(site: str, agent: str) -> str:
    """Where ingest tells an agent which batches the store has committed."""
    return f"gw/{VERSION}/{site}/agents/{agent}/ack"


def device_topic(site: str, device: str, quantity: str) -> str:
    """Where a simple device publishes JSON; the quantities `swipe` and `state` are reserved."""
    return f"gw/{VERSION}/{site}/devices/{device}/{quantity}"


class Direction(IntEnum):
    """Which way a swipe lets its holder pass, as far as the reader knows."""

    UNKNOWN = 0
    IN = 1
    OUT = 2


class Readings(msgspec.Struct, frozen=True, array_like=True):
    """Packed columns of equal length: u16 indexes, i64 microseconds, f64 values."""

    device: bytes
    quantity: bytes
    time: bytes
    value: bytes

    def __len__(self) -> int:
        return len(self.time) // 8

    def devices(self) -> NDArray[np.uint16]:
        """Index into `Batch.devices`, per reading."""
        return np.frombuffer(self.device, dtype="<u2")

    def quantities(self) -> NDArray[np.uint16]:
        """Index into `Batch.quantities`, per reading."""
        return np.frombuffer(self.quantity, dtype="<u2")

    def times(self) -> NDArray[np.int64]:
        """Event time in microseconds UTC, per reading."""
        return np.frombuffer(self.time, dtype="<i8")

    def values(self) -> NDArray[np.float64]:
        """The measured value in the quantity's unit, per reading."""
        return np.frombuffer(self.value, dtype="<f8")


class Swipe(msgspec.Struct, frozen=True, array_like=True):
    """One use of a card at a reader. `card` leaves the edge for ingest only, which hashes it."""

    reader: Identifier
    time: Micros
    card: Annotated[str, msgspec.Meta(min_length=1, max_length=128)]
    direction: Direction = Direction.UNKNOWN
    granted: bool = True
    reason: Reason = ""  # why the reader denied it, or what it noticed


class Detection(msgspec.Struct, frozen=True, array_like=True):
    """What vision saw in a camera's frames.

    `score` is 0 to 1. `box` is left, top, width, height as shares of the frame (0 to 1).
    `snapshot` is a JPEG, sent once per event.
    """

    device: Identifier
    time: Micros
    kind: Identifier
    zone: str
    score: float
    box: tuple[float, float, float, float] | None = None
    snapshot: bytes | None = None


class DeviceState(msgspec.Struct, frozen=True, array_like=True):
    """A device's or agent's own word about itself: `online`, `offline`, `fault`, `dirty`, …"""

    device: Identifier
    time: Micros
    state: Identifier
    detail: dict[str, str | int | float | bool | None] = {}


class Batch(msgspec.Struct, frozen=True, array_like=True):
    """What an agent spools, publishes and drops as a whole: identity `(agent, epoch, seq)`.

    `epoch` names one opening of the agent's spool, `seq` counts from 1 within it, `made` is the
    agent's clock when the batch was cut. `origin` is `live`, `courier` when it was carried by hand
    or replayed, `trial` when the agent had not passed its link test yet: rules judge only what is
    live. It is no part of the identity: a batch that was carried and comes live too is stored once.
    """

    version: int
    agent: Identifier
    epoch: int
    seq: Annotated[int, msgspec.Meta(ge=1)]
    made: Micros
    origin: Origin
    devices: list[Identifier]
    quantities: list[Identifier]
    readings: Readings
    swipes: list[Swipe]
    detections: list[Detection]
    states: list[DeviceState]

    def __len__(self) -> int:
        """How many items are in it: readings, swipes, detections and states together."""
        return len(self.readings) + len(self.swipes) + len(self.detections) + len(self.states)


class Rejected(msgspec.Struct, frozen=True, array_like=True):
    """A record of a file that an agent could not read: one item, kept by ingest as a dead letter.

    It is spooled, published, acknowledged and de-duplicated like a batch and shares the batches'
    sequence. `source` names the file, `line` is its line number (from 1), `text` what of the
    record may leave the edge, cut to `MAX_REJECTED_TEXT` characters: the columns that it reads,
    and nothing else that may speak of a person. `reason` what is wrong with it. `card` is
    the card in it, empty where none can be told; it leaves the edge for ingest only, which hides
    it in text and reason. `origin` is as a batch's.
    """

    version: int
    agent: Identifier
    epoch: int
    seq: Annotated[int, msgspec.Meta(ge=1)]
    source: Annotated[str, msgspec.Meta(min_length=1, max_length=255)]
    line: Annotated[int, msgspec.Meta(ge=1)]
    text: Annotated[str, msgspec.Meta(max_length=MAX_REJECTED_TEXT)]
    reason: Annotated[str, msgspec.Meta(min_length=1, max_length=1000)]
    card: Annotated[str, msgspec.Meta(max_length=MAX_REJECTED_TEXT)] = ""
    origin: Origin = "live"


class Ack(msgspec.Struct, frozen=True):
    """The store has committed these batches, or dead-lettered them with a reason."""

    epoch: int
    seqs: list[int]


class LinkTest(msgspec.Struct, frozen=True, omit_defaults=True):
    """How the way from agent to store and back did: round trips of test batches, in milliseconds.

    `reason` says why it was not passed.
    """

    tested: Micros
    passed: bool
    rounds: int
    median_ms: float = 0.0
    slowest_ms: float = 0.0
    reason: str = ""


class Held(msgspec.Struct, frozen=True, omit_defaults=True):
    """Batches of one epoch that wait in an agent's spool, and those its bounds pushed out."""

    epoch: int
    waiting: int = 0
    evicted: int = 0


class AgentState(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """An agent's birth and its regular report, retained as JSON; its last will has `online` false.

    `made` and `acknowledged` count items since the spool's file began, `evicted` those that its
    bounds pushed out. `epoch` is the one of the batches made from now on, `held` the newest of
    which any wait or were evicted. `duty` is `testing` until the agent has passed a link test, and
    `link_test` is the newest one's result; a last will knows neither.
    """

    agent: Identifier
    online: bool
    time: Micros = 0
    epoch: int = 0
    software: str = ""
    devices: int = 0
    made: int = 0
    acknowledged: int = 0
    evicted: int = 0
    spooled_batches: int = 0
    spooled_bytes: int = 0
    held: list[Held] = []
    duty: Duty | None = None
    link_test: LinkTest | None = None


_batch_encoder = msgspec.msgpack.Encoder()
_batch_decoder = msgspec.msgpack.Decoder(Batch)
_rejected_decoder = msgspec.msgpack.Decoder(Rejected)
_ack_decoder = msgspec.msgpack.Decoder(Ack)
_state_decoder = msgspec.json.Decoder(AgentState)


def encode_batch(batch: Batch) -> bytes:
    """MessagePack of one batch."""
    return _batch_encoder.encode(batch)


def decode_batch(payload: bytes) -> Batch:
    """Decode and check one batch.

    Raises:
        WireError: not MessagePack, a field of the wrong type, another version, columns of
            unequal length, or an index outside its table.
    """
    try:
        batch = _batch_decoder.decode(payload)
    except MALFORMED as error:
        raise WireError(f"not a batch of version {VERSION}: {error}") from error
    if batch.version != VERSION:
        raise WireError(f"batch version {batch.version}, this side speaks {VERSION}")
    readings = batch.readings
    count = len(readings)
    widths = (
        len(readings.device) == 2 * count,
        len(readings.quantity) == 2 * count,
        len(readings.time) == 8 * count,
        len(readings.value) == 8 * count,
    )
    if not all(widths):
        raise WireError("reading columns of unequal length")
    if count and int(readings.devices().max()) >= len(batch.devices):
        raise WireError("a reading names a device that is not in the batch's table")
    if count and int(readings.quantities().max()) >= len(batch.quantities):
        raise WireError("a reading names a quantity that is not in the batch's table")
    return batch


def encode_rejected(rejected: Rejected) -> bytes:
    """MessagePack of one record that could not be read."""
    return msgspec.msgpack.encode(rejected)


def decode_rejected(payload: bytes) -> Rejected:
    """Decode and check one record that could not be read.

    Raises:
        WireError: not MessagePack, a field of the wrong type or size, or another version.
    """
    try:
        rejected = _rejected_decoder.decode(payload)
    except MALFORMED as error:
        raise WireError(f"not a rejected record of version {VERSION}: {error}") from error
    if rejected.version != VERSION:
        raise WireError(f"rejected record of version {rejected.version}, not {VERSION}")
    return rejected


def encode_ack(ack: Ack) -> bytes:
    """MessagePack of an acknowledgement."""
    return msgspec.msgpack.encode(ack)


def decode_ack(payload: bytes) -> Ack:
    """Decode an acknowledgement.

    Raises:
        WireError: not MessagePack or not of this form.
    """
    try:
        return _ack_decoder.decode(payload)
    except MALFORMED as error:
        raise WireError(f"not an acknowledgement: {error}") from error


def encode_agent_state(state: AgentState) -> bytes:
    """JSON of an agent's state, readable with `mosquitto_sub`."""
    return msgspec.json.encode(state)


def decode_agent_state(payload: bytes) -> AgentState:
    """Decode an agent's state.

    Raises:
        WireError: not JSON or not of this form.
    """
    try:
        return _state_decoder.decode(payload)
    except MALFORMED as error:
        raise WireError(f"not an agent's state: {error}") from error
