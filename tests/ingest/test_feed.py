"""The feed's payload is read back whole, also one of a version before."""

from __future__ import annotations

import msgspec

from edge.wire import Readings
from ingest.feed import CommittedBatch, decode_committed, encode_committed

BATCH = CommittedBatch(
    agent="edge-1",
    epoch=1,
    seq=2,
    origin="live",
    received=17,
    devices=[],
    quantities=[],
    readings=Readings(b"", b"", b"", b""),
    swipes=[],
    detections=[],
    states=[],
    made=16,
    urgent=True,
)


def test_a_committed_batch_is_read_back_whole() -> None:
    assert decode_committed(encode_committed(BATCH)) == BATCH


def test_a_row_of_a_version_that_knew_no_making_is_read() -> None:
    older = msgspec.msgpack.encode(msgspec.msgpack.decode(encode_committed(BATCH))[:-2])
    assert decode_committed(older) == msgspec.structs.replace(BATCH, made=0, urgent=False)
