"""Stays: each way in which a log of doors is incomplete, and what is made and told of it."""

from __future__ import annotations

from datetime import UTC, datetime
from itertools import pairwise
from zoneinfo import ZoneInfo

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hub.tracing.columns import ColumnsError, StayColumns, SwipeColumns, integers
from hub.tracing.places import PlaceRules, typical_dwells
from hub.tracing.stays import FoldCounts, OverLong, correct_clocks, fold_stays
from tests.hub.tracing.make import MINUTE, swipes_of

IN, OUT, UNKNOWN = 1, 2, 0
HOUR = 60
RULES = PlaceRules.alike(4)


def told(stays: StayColumns) -> list[tuple[float, ...]]:
    """person, place, first, start, sure_start, sure_end, end, last; times in minutes."""
    times = (stays.first, stays.start, stays.sure_start, stays.sure_end, stays.end, stays.last)
    rows = zip(stays.person, stays.place, *(time / MINUTE for time in times), strict=True)
    return [tuple(float(value) for value in row) for row in rows]


def fold(
    rows: list[tuple[int, int, int, int]],
    rules: PlaceRules = RULES,
    *,
    over_long: OverLong = "drop",
    until: int | None = None,
) -> tuple[list[tuple[float, ...]], FoldCounts]:
    stays, counts = fold_stays(
        swipes_of(rows), rules, over_long=over_long, until=None if until is None else until * MINUTE
    )
    return told(stays), counts


def test_entry_and_exit_make_a_stay_with_known_times() -> None:
    """EP-02 in part"""
    stays, counts = fold([(50, 1, 0, OUT), (10, 1, 0, IN)])
    assert stays == [(1, 0, 10, 10, 10, 50, 50, 50)]
    assert (counts.paired, counts.missing_exits, counts.missing_entries) == (1, 0, 0)


def test_the_swipes_a_stay_rests_on_are_known() -> None:
    stays, _ = fold_stays(swipes_of([(50, 1, 0, OUT), (10, 1, 0, IN), (60, 1, 1, IN)]), RULES,
                          until=70 * MINUTE)  # fmt: skip
    assert stays.opened_by.tolist() == [1, 2]
    assert stays.closed_by.tolist() == [0, -1]


def test_an_entry_only_reader_bounds_the_stay_by_the_next_swipe_elsewhere() -> None:
    """EP-02 in part"""
    stays, counts = fold([(10, 1, 0, UNKNOWN), (45, 1, 1, UNKNOWN)], until=60)
    assert stays == [(1, 0, 10, 10, 10, 10, 45, 45), (1, 1, 45, 45, 45, 45, 60, 60)]
    assert (counts.entry_only, counts.missing_exits, counts.unended) == (2, 0, 1)


def test_a_place_that_closes_bounds_the_stay() -> None:
    closing = integers([22 * 60, -1, 2 * 60, -1])
    opening = integers([8 * 60, -1, 8 * 60, -1])
    rules = PlaceRules(RULES.longest, RULES.typical, opening, closing, ZoneInfo("Asia/Shanghai"))
    evening = int(datetime(2026, 11, 25, 12, tzinfo=UTC).timestamp()) // 60  # 20:00 in Shanghai
    stays, counts = fold(
        [(evening, 1, 0, IN), (evening, 2, 2, IN), (evening + 30, 2, 1, IN), (evening, 3, 2, IN)],
        rules,
    )
    assert [(row[0], row[1], row[7] - evening) for row in stays] == [
        (1, 0, 2 * HOUR),
        (2, 2, 30),
        (3, 2, 6 * HOUR),
    ]
    assert counts.over_long == 1  # the last swipe, at a place that never closes
    assert counts.overnight == 1


def test_a_closing_in_the_hour_that_the_clocks_skip_is_the_next_that_exists() -> None:
    closing = integers([2 * 60 + 30])
    rules = PlaceRules(
        integers([12 * HOUR * MINUTE]), integers([0]), integers([0]), closing,
        ZoneInfo("Europe/Berlin"),
    )  # fmt: skip
    midnight = int(datetime(2026, 3, 28, 23, tzinfo=UTC).timestamp()) * 1_000_000
    closes = rules.next_closing(integers([0]), integers([midnight]))
    assert closes.tolist() == [midnight + 2 * HOUR * MINUTE]


def test_a_missing_exit_gives_bounds_and_is_counted() -> None:
    """EP-02 in part"""
    stays, counts = fold([(10, 1, 0, IN), (45, 1, 1, IN), (60, 1, 1, OUT), (9, 2, 0, OUT)],
                         over_long="cut")  # fmt: skip
    assert stays[:2] == [(1, 0, 10, 10, 10, 10, 45, 45), (1, 1, 45, 45, 45, 60, 60, 60)]
    assert (counts.missing_exits, counts.entry_only) == (1, 0)


def test_a_missing_entry_is_the_mirror_image() -> None:
    """EP-02 in part"""
    stays, counts = fold([(10, 1, 0, IN), (20, 1, 0, OUT), (90, 1, 1, OUT)])
    assert stays == [(1, 0, 10, 10, 10, 20, 20, 20), (1, 1, 20, 20, 90, 90, 90, 90)]
    assert (counts.missing_entries, counts.paired) == (1, 1)


def test_between_an_entry_and_an_exit_elsewhere_the_place_was_changed_half_way() -> None:
    stays, _ = fold([(10, 1, 0, IN), (30, 1, 1, OUT)])
    assert stays == [(1, 0, 10, 10, 10, 10, 20, 30), (1, 1, 10, 20, 30, 30, 30, 30)]


def test_a_card_held_up_twice_counts_once() -> None:
    stays, counts = fold(
        [(10, 1, 0, IN), (11, 1, 0, IN), (12, 1, 0, IN), (40, 1, 0, OUT), (41, 1, 0, OUT)]
    )
    assert stays == [(1, 0, 10, 10, 10, 40, 40, 40)]
    assert counts.doubles == 3


def test_an_entry_repeated_later_means_that_the_exit_is_missing() -> None:
    stays, counts = fold([(10, 1, 0, IN), (30, 1, 0, IN), (40, 1, 0, OUT)])
    assert stays == [(1, 0, 10, 10, 10, 10, 30, 30), (1, 0, 30, 30, 30, 40, 40, 40)]
    assert (counts.doubles, counts.missing_exits) == (0, 1)


def test_without_direction_only_the_same_record_twice_is_a_double() -> None:
    _, counts = fold([(10, 1, 0, UNKNOWN), (10, 1, 0, UNKNOWN), (11, 1, 0, UNKNOWN)])
    assert counts.doubles == 1


def test_denied_swipes_open_and_close_nothing() -> None:
    given_ = swipes_of([(10, 1, 0, IN), (20, 1, 1, IN), (50, 1, 0, OUT)])
    granted = np.array([True, False, True])
    swipes = SwipeColumns(given_.time, given_.person, given_.place, given_.direction, granted)
    stays, counts = fold_stays(swipes, RULES)
    assert told(stays) == [(1, 0, 10, 10, 10, 50, 50, 50)]
    assert counts.denied == 1


def test_a_night_in_a_dormitory_is_one_stay_and_counted() -> None:
    evening, morning = 22 * HOUR, 31 * HOUR
    stays, counts = fold(
        [(evening, 1, 0, IN), (morning, 1, 0, OUT), (10, 2, 0, IN), (20, 2, 0, OUT)]
    )
    assert len(stays) == 2
    assert counts.overnight == 1


@pytest.mark.parametrize(("over_long", "last"), [("drop", None), ("cut", 12 * HOUR)])
def test_over_long_stays_are_dropped_or_cut(over_long: OverLong, last: int | None) -> None:
    """EP-02 in part"""
    stays, counts = fold([(0, 1, 0, IN), (13 * HOUR, 1, 1, IN)], over_long=over_long,
                         until=14 * HOUR)  # fmt: skip
    assert counts.over_long == 1
    assert [row[7] for row in stays if row[1] == 0] == ([] if last is None else [last])


def test_an_exit_longer_after_the_entry_than_anybody_stays_is_no_known_time() -> None:
    assert fold([(0, 1, 0, IN), (13 * HOUR, 1, 0, OUT)])[0] == []
    stays, counts = fold([(0, 1, 0, IN), (13 * HOUR, 1, 0, OUT)], over_long="cut")
    half = 6.5 * HOUR
    assert stays == [
        (1, 0, 0, 0, 0, 0, half, 12 * HOUR),
        (1, 0, HOUR, half, 13 * HOUR, 13 * HOUR, 13 * HOUR, 13 * HOUR),
    ]
    assert (counts.paired, counts.missing_exits, counts.missing_entries) == (0, 1, 1)


def test_a_last_stay_that_nothing_ends_is_dropped_or_cut() -> None:
    assert fold([(0, 1, 0, IN)])[0] == []
    assert fold([(0, 1, 0, IN)], until=90)[0] == [(1, 0, 0, 0, 0, 0, 90, 90)]
    assert fold([(0, 1, 0, IN)], over_long="cut")[0] == [(1, 0, 0, 0, 0, 0, 12 * HOUR, 12 * HOUR)]


def test_an_exit_before_which_nothing_is_known_is_dropped_or_cut() -> None:
    assert fold([(780, 1, 0, OUT)])[0] == []
    assert fold([(780, 1, 0, OUT)], over_long="cut")[0] == [(1, 0, 60, 60, 780, 780, 780, 780)]


def test_a_reader_whose_clock_is_ahead_is_corrected() -> None:
    swipes = swipes_of([(10, 1, 0, IN), (8, 1, 0, OUT)])  # the reader of the exit is behind
    stays, _ = fold_stays(correct_clocks(swipes, integers([0, -30 * MINUTE])), RULES)
    assert told(stays) == [(1, 0, 10, 10, 10, 38, 38, 38)]


def test_how_long_people_dwell_is_learned_from_places_of_the_same_kind() -> None:
    known, _ = fold_stays(
        swipes_of([(0, 1, 0, IN), (20, 1, 0, OUT), (0, 2, 0, IN), (40, 2, 0, OUT), (0, 3, 0, IN),
                   (30, 3, 0, OUT), (50, 3, 1, IN)]), RULES, until=500 * MINUTE)  # fmt: skip
    learned = typical_dwells(known, integers([7, 7, 8, 8]), RULES)
    assert (learned.typical // MINUTE).tolist() == [30, 30, 0, 0]
    stays, _ = fold([(0, 1, 1, UNKNOWN), (100, 1, 2, UNKNOWN)], learned)
    assert stays[0] == (1, 1, 0, 0, 0, 0, 30, 100)


def test_columns_of_unequal_length_are_refused() -> None:
    one, two = integers([1]), integers([1, 2])
    with pytest.raises(ColumnsError, match="unequal length"):
        SwipeColumns(one, two, one, one, np.ones(1, dtype=bool))


@settings(max_examples=300, deadline=None)
@given(
    st.lists(
        st.tuples(st.integers(0, 2000), st.integers(0, 3), st.integers(0, 3), st.integers(0, 2)),
        max_size=40,
    ),
    st.sampled_from(["drop", "cut"]),
    st.integers(0, 90),
    st.one_of(st.none(), st.integers(2000, 3000)),
)
def test_however_odd_the_log_the_stays_make_sense(
    rows: list[tuple[int, int, int, int]], over_long: OverLong, typical: int, until: int | None
) -> None:
    """EP-02 in part: intervals nest, nobody is likely in two places, no swipe is lost."""
    rules = PlaceRules.alike(4, longest=300 * MINUTE, typical=typical * MINUTE)
    swipes = swipes_of(rows)
    stays, counts = fold_stays(
        swipes, rules, over_long=over_long, until=None if until is None else until * MINUTE
    )
    columns = (stays.first, stays.start, stays.sure_start, stays.sure_end, stays.end, stays.last)
    for earlier, later in pairwise(columns):
        assert (earlier <= later).all()
    assert (stays.last - stays.first <= 300 * MINUTE).all()
    same = stays.person[1:] == stays.person[:-1]
    assert (stays.start[1:][same] >= stays.end[:-1][same]).all()
    used = np.concatenate([stays.opened_by, stays.closed_by])
    used = used[used >= 0]
    assert len(set(used.tolist())) == len(used)
    explained = 2 * counts.paired + counts.entry_only + counts.missing_exits
    explained += counts.missing_entries + counts.doubles + counts.denied
    assert explained == counts.swipes == len(rows)
    dropped = counts.over_long if over_long == "drop" else 0
    stays_wanted = counts.paired + counts.entry_only + counts.missing_exits
    assert counts.stays == stays_wanted + counts.missing_entries - dropped
