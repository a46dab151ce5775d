"""Gaps against an oracle that walks the clock; late, doubled and shuffled data."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.gaps.domain import Gap, Promise, Span, find_gaps, promised
from tests.hub.make import SPOT

NOW = 200


@st.composite
def asked(draw: st.DrawFn) -> tuple[Span, Promise]:
    """A span and a promise small enough to walk through moment by moment."""
    start = draw(st.integers(0, 150))
    span = Span(start, draw(st.integers(start, 220)), NOW)
    return span, Promise(draw(st.integers(-50, 150)), draw(st.integers(1, 12)))


TIMES = st.lists(st.integers(-80, 260), max_size=60)


def gaps(times: list[int], span: Span, promise: Promise) -> list[Gap]:
    return find_gaps(np.array(times, dtype=np.int64), span, promise)


def moments(found: list[Gap]) -> set[int]:
    """Each whole moment that a gap covers, by its left end."""
    return {moment for gap in found for moment in range(gap.start, gap.until)}


def silent(times: list[int], span: Span, promise: Promise) -> set[int]:
    """The oracle: of each moment by itself, how long before and after it was the device heard?"""
    heard = {promise.since, NOW, *(time for time in times if promise.since < time < NOW)}
    found: set[int] = set()
    for moment in range(span.start, span.until):
        if not promise.since <= moment < NOW:
            continue
        before = next(at for at in range(moment, -1000, -1) if at in heard)
        after = next(at for at in range(moment + 1, 1000) if at in heard)
        if after - before > 3 * promise.every:
            found.add(moment)
    return found


@given(TIMES, asked())
def test_gaps_cover_what_an_obvious_walk_finds(times: list[int], ask: tuple[Span, Promise]) -> None:
    found = gaps(times, *ask)
    assert moments(found) == silent(times, *ask)
    assert all(one.until <= two.start for one, two in pairwise(found))


@given(TIMES, TIMES, asked())
def test_more_data_never_opens_a_gap(
    times: list[int], late: list[int], ask: tuple[Span, Promise]
) -> None:
    assert moments(gaps(times + late, *ask)) <= moments(gaps(times, *ask))


@given(TIMES, asked(), st.randoms())
def test_order_and_duplicates_make_no_difference(
    times: list[int], ask: tuple[Span, Promise], random: object
) -> None:
    shuffled = times * 2
    random.shuffle(shuffled)  # type: ignore[attr-defined]
    assert gaps(shuffled, *ask) == gaps(times, *ask)


@given(TIMES, asked(), st.integers(0, 220))
def test_two_spans_side_by_side_show_what_one_shows(
    times: list[int], ask: tuple[Span, Promise], cut: int
) -> None:
    span, promise = ask
    cut = min(max(cut, span.start), span.until)
    left, right = Span(span.start, cut, NOW), Span(cut, span.until, NOW)
    both = moments(gaps(times, left, promise)) | moments(gaps(times, right, promise))
    assert both == moments(gaps(times, span, promise))


def test_two_missed_reports_are_no_gap_and_three_are() -> None:
    ask = Span(0, 100, NOW), Promise(0, 10)
    even = list(range(0, 200, 10))
    assert gaps(even, *ask) == []
    assert gaps([time for time in even if time not in (40, 50)], *ask) == []
    missing = [time for time in even if time not in (40, 50, 60)]
    assert gaps(missing, *ask) == [Gap(30, 70, missed=3, open=False)]


def test_a_gap_that_lasts_says_so_and_owes_nothing_after_now() -> None:
    (gap,) = gaps([0, 10, 20], Span(0, 1000, NOW), Promise(0, 10))
    assert gap == Gap(20, NOW, missed=17, open=True)


def test_nothing_is_owed_before_a_device_was_registered() -> None:
    assert gaps([170, 180, 190], Span(0, 200, NOW), Promise(165, 10)) == []
    assert gaps([], Span(0, 100, NOW), Promise(150, 10)) == []


@pytest.mark.parametrize(("kind", "owes"), [("hydrant", True), ("reader", False)])
def test_a_reader_owes_nothing(kind: str, owes: bool) -> None:
    spot = type(SPOT)(
        **{name: getattr(SPOT, name) for name in SPOT.__struct_fields__} | {"kind": kind}
    )
    assert promised(spot, 0) == (Promise(0, 5_000_000) if owes else None)
