"""Meetings: the kernel against comparing every two stays."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hub.tracing.columns import ColumnsError, StayColumns, integers
from hub.tracing.meetings import Meetings, PlaceIndex, by_place
from tests.hub.tracing.make import stays_of, worlds


def index(stays: StayColumns) -> PlaceIndex:
    return PlaceIndex.of(stays.person, stays.place, stays.start, stays.end)


def obvious(stays: StayColumns) -> set[tuple[int, int, int, int]]:
    """Every two stays compared, either way round."""
    found: set[tuple[int, int, int, int]] = set()
    for one in range(len(stays)):
        for other in range(len(stays)):
            begins = max(stays.start[one], stays.start[other])
            ends = min(stays.end[one], stays.end[other])
            same_place = stays.place[one] == stays.place[other]
            if same_place and stays.person[one] != stays.person[other] and ends > begins:
                found.add((one, other, int(begins), int(ends)))
    return found


def rows(met: Meetings) -> list[tuple[int, int, int, int]]:
    return list(
        zip(met.one.tolist(), met.other.tolist(), met.start.tolist(), met.end.tolist(), strict=True)
    )


@settings(max_examples=500)
@given(worlds())
def test_every_pair_that_meets_is_found_once_and_no_other(stays: StayColumns) -> None:
    """EP-03 in part"""
    found = rows(index(stays).all_meetings())
    mirrored = {(other, one, start, end) for one, other, start, end in found}
    assert len(set(found)) == len(found)
    assert not mirrored & set(found)
    assert mirrored | set(found) == obvious(stays)


@settings(max_examples=500)
@given(worlds(), st.integers(0, 5))
def test_one_persons_meetings_are_those_of_all_that_are_theirs(
    stays: StayColumns, person: int
) -> None:
    mine = np.flatnonzero(stays.person == person)
    met = index(stays).meetings_of(
        stays.person[mine], stays.place[mine], stays.start[mine], stays.end[mine]
    )
    found = [(int(mine[one]), other, start, end) for one, other, start, end in rows(met)]
    assert len(set(found)) == len(found)
    assert set(found) == {row for row in obvious(stays) if stays.person[row[0]] == person}


@settings(max_examples=500)
@given(worlds(), st.integers(1, 8))
def test_place_by_place_gives_the_same_meetings(stays: StayColumns, most: int) -> None:
    found: list[tuple[int, int, int, int]] = []
    for part in by_place(stays.place, most):
        met = index(stays.take(part)).all_meetings()
        found += rows(Meetings(part[met.one], part[met.other], met.start, met.end))
    either_way = {tuple(sorted(row[:2])) for row in found}
    assert len(found) == len(either_way)
    assert either_way == {tuple(sorted(row[:2])) for row in obvious(stays)}


@given(worlds(), st.integers(1, 8))
def test_parts_are_whole_places_and_no_stay_is_left_out(stays: StayColumns, most: int) -> None:
    parts = list(by_place(stays.place, most))
    assert sorted(np.concatenate([integers([]), *parts]).tolist()) == list(range(len(stays)))
    seen: set[int] = set()
    for part in parts:
        here = set(stays.place[part].tolist())
        assert not here & seen
        assert len(part) <= most or len(here) == 1
        seen |= here


def test_who_comes_as_the_other_goes_does_not_meet() -> None:
    stays = stays_of([(1, 0, 0, 10), (2, 0, 10, 20), (3, 0, 9, 9)])
    assert len(index(stays).all_meetings()) == 0


def test_places_and_times_that_span_too_much_are_refused() -> None:
    stays = stays_of([(1, 0, 0, 10), (2, 10**12, 5, 20)])
    with pytest.raises(ColumnsError, match="shorter time"):
        index(stays)
