from __future__ import annotations

from edge.sample import Sample, cut_batch
from edge.wire import VERSION, DeviceState, Swipe


def test_a_batch_carries_a_samples_items_and_the_agents_words() -> None:
    sample = Sample(
        swipes=[Swipe("reader-1", 5, "card-1")], states=[DeviceState("door-1", 6, "online")]
    )
    batch = cut_batch(sample, agent="north", epoch=3, seq=4, made=9)
    assert (batch.version, batch.agent, batch.epoch, batch.seq) == (VERSION, "north", 3, 4)
    assert (batch.made, batch.origin, len(batch)) == (9, "live", 2)
    assert batch.swipes == sample.swipes
    assert batch.states == sample.states


def test_an_empty_sample_counts_nothing() -> None:
    assert len(Sample()) == 0
    assert len(cut_batch(Sample(), agent="a", epoch=1, seq=1, made=0)) == 0
