"""Feed: committed batches in commit order, as the hub follows them.

A feed row's position grows in the order in which transactions became visible (ingest takes a
lock just before it draws the position and holds it until the commit), so a reader that asks for
"positions above my cursor" can never skip a row that commits late.

Cards are already person keys here: nothing that follows the feed ever sees a card number.
"""

from __future__ import annotations

import msgspec

from edge.access import Reason
from edge.wire import Detection, DeviceState, Direction, Identifier, Micros, Origin, Readings

FEED_CHANNEL = "gridwarden_feed"  # PostgreSQL NOTIFY channel; the payload is empty


class CommittedSwipe(msgspec.Struct, frozen=True, array_like=True):
    """A swipe as stored: `person` is the keyed 63-bit hash of the card."""

    reader: Identifier
    time: Micros
    person: int
    direction: Direction
    granted: bool
    reason: Reason = ""


class CommittedBatch(msgspec.Struct, frozen=True, array_like=True):
    """What one transaction added to the store, device names and all.

    `made` is the agent's clock when it cut the batch, 0 where that is not known; an `urgent` one
    may have overtaken others of its agent.
    """

    agent: Identifier
    epoch: int
    seq: int
    origin: Origin
    received: Micros
    devices: list[Identifier]
    quantities: list[Identifier]
    readings: Readings
    swipes: list[CommittedSwipe]
    detections: list[Detection]
    states: list[DeviceState]
    made: Micros = 0
    urgent: bool = False

    def __len__(self) -> int:
        """How many items are in it: readings, swipes, detections and states together."""
        return len(self.readings) + len(self.swipes) + len(self.detections) + len(self.states)


class FeedRow(msgspec.Struct, frozen=True):
    """One committed batch and its place in the feed."""

    position: int
    batch: CommittedBatch


_encoder = msgspec.msgpack.Encoder()
_decoder = msgspec.msgpack.Decoder(CommittedBatch)


def encode_committed(batch: CommittedBatch) -> bytes:
    """MessagePack of a committed batch, as the feed keeps it."""
    return _encoder.encode(batch)


def decode_committed(payload: bytes) -> CommittedBatch:
    """The committed batch in a feed row's payload."""
    return _decoder.decode(payload)
