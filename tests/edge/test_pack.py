from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from edge.columns import Reading
from edge.pack import BadSampleError, Packed, Unreadable, pack, pack_unreadable
from edge.sample import Sample
from edge.wire import Batch, Detection, DeviceState, Swipe, decode_batch, decode_rejected


def packed(sample: Sample, max_bytes: int = 1 << 20) -> list[Packed]:
    return pack(sample, agent="north", epoch=1, first_seq=10, made=0, max_bytes=max_bytes)


def decoded(batches: list[Packed]) -> list[Batch]:
    return [decode_batch(batch.payload) for batch in batches]


def test_a_small_sample_is_one_batch() -> None:
    (batch,) = packed(Sample(readings=[Reading("h-1", "flow", 1, 2.0)], urgent=True))
    assert (batch.channel, batch.items) == ("urgent", 1)


def test_an_empty_sample_is_none() -> None:
    assert packed(Sample()) == []


@given(st.integers(0, 120), st.integers(0, 30), st.integers(0, 5), st.integers(200, 900))
def test_a_large_sample_is_split_in_order_without_loss(
    readings: int, swipes: int, states: int, max_bytes: int
) -> None:
    sample = Sample(
        readings=[Reading(f"h-{n}", "pressure", n, n / 7) for n in range(readings)],
        swipes=[Swipe("reader-1", n, f"card-{n}") for n in range(swipes)],
        states=[DeviceState(f"d-{n}", n, "fault") for n in range(states)],
    )
    batches = packed(sample, max_bytes)
    parts = decoded(batches)
    assert all(len(batch.payload) <= max_bytes for batch in batches)
    assert [part.seq for part in parts] == list(range(10, 10 + len(parts)))
    assert [t for part in parts for t in part.readings.times().tolist()] == list(range(readings))
    assert [swipe for part in parts for swipe in part.swipes] == sample.swipes
    assert [state for part in parts for state in part.states] == sample.states
    assert sum(batch.items for batch in batches) == len(sample)


def test_more_devices_than_an_index_can_number_are_split() -> None:
    sample = Sample(readings=[Reading(f"h-{n}", "pressure", n, 0.3) for n in range(70_000)])
    batches = packed(sample, max_bytes=1 << 24)
    assert [batch.items for batch in batches] == [35_000, 35_000]


def test_a_detection_that_is_too_large_goes_without_its_snapshot() -> None:
    large = Detection("camera-1", 1, "fire", "", 0.9, snapshot=b"x" * 5000)
    small = Detection("camera-2", 1, "fire", "", 0.9, snapshot=b"x" * 50)
    parts = decoded(packed(Sample(detections=[large, small], urgent=True), 1000))
    assert [d.snapshot for part in parts for d in part.detections] == [None, b"x" * 50]


@pytest.mark.parametrize(
    "sample",
    [
        Sample(readings=[Reading("not an identifier", "flow", 1, 1.0)]),
        Sample(readings=[Reading("h-1", "flow", 2**63, 1.0)]),
        Sample(swipes=[Swipe("reader-1", 1, "")]),
        Sample(states=[DeviceState("d-1", 1, "no spaces")]),
    ],
)
def test_what_ingest_would_refuse_is_refused_at_once(sample: Sample) -> None:
    with pytest.raises(BadSampleError, match="breaks the wire contract"):
        packed(sample)


def test_an_unreadable_record_is_cut_to_what_the_wire_allows() -> None:
    record = Unreadable("d" * 300 + ".csv", 7, "x" * 100_000, "r" * 5000)
    packet = pack_unreadable(record, agent="north", epoch=1, seq=3)
    rejected = decode_rejected(packet.payload)
    assert (packet.channel, packet.items) == ("rejected", 1)
    assert rejected.source.endswith(".csv")
    assert (rejected.seq, rejected.line, len(rejected.text)) == (3, 7, 16_384)
