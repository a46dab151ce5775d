from __future__ import annotations

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from ingest.clock import moment
from ingest.ranges import Range, joined

batches = st.sets(st.tuples(st.sampled_from("ab"), st.integers(1, 2), st.integers(1, 30)))


def single(agent: str, epoch: int, seq: int) -> Range:
    return Range(agent, epoch, seq, seq, moment(seq), moment(seq), seq, 1)


def held(ranges: list[Range]) -> list[tuple[str, int, int]]:
    return [(one.agent, one.epoch, seq) for one in ranges for seq in range(one.first, one.last + 1)]


@given(batches, batches)
def test_ranges_hold_what_was_put_in_however_it_came(
    some: set[tuple[str, int, int]], more: set[tuple[str, int, int]]
) -> None:
    before = joined(single(*one) for one in some)
    ranges = joined([*before, *joined(single(*one) for one in more - some)])
    assert held(ranges) == sorted(some | more)
    assert sum(one.items for one in ranges) == sum(seq for _, _, seq in some | more)
    assert sum(one.refused for one in ranges) == len(some | more)
    assert all(one.began == moment(one.first) for one in ranges)
    assert all(one.received == moment(one.last) for one in ranges)


@given(batches)
def test_ranges_neither_overlap_nor_touch(some: set[tuple[str, int, int]]) -> None:
    for one, other in pairwise(joined(single(*each) for each in some)):
        assert one[:2] < other[:2] or one.last + 1 < other.first
