"""The share of time on duty in which a terminal was online."""

from __future__ import annotations

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from hypothesis import given
from hypothesis import strategies as st

from hub.plans.schedule import Active
from hub.terminals.domain import TerminalRules, duty, presence, without
from ingest.clock import micros

HOUR = 3_600_000_000
SHANGHAI = ZoneInfo("Asia/Shanghai")
MONDAY = micros(datetime(2026, 11, 23, tzinfo=UTC)) - 8 * HOUR  # midnight in Shanghai
DAY_SHIFT = TerminalRules(on_duty=[Active(hours=(8, 18), weekdays=["mon", "tue"])])

stretches = st.lists(st.tuples(st.integers(0, 50), st.integers(1, 20)), max_size=5).map(
    lambda pairs: [(start, start + length) for start, length in pairs]
)


def test_duty_is_told_by_the_clock_on_the_sites_walls() -> None:
    """SE-20: on-duty time."""
    found = duty((MONDAY, MONDAY + 72 * HOUR), DAY_SHIFT, SHANGHAI)
    assert found == [(MONDAY + h * HOUR, MONDAY + (h + 10) * HOUR) for h in (8, 32)]


def test_duty_is_cut_to_the_span_and_without_hours_it_is_always() -> None:
    span = (MONDAY + 9 * HOUR + 7, MONDAY + 9 * HOUR + 90)
    assert duty(span, DAY_SHIFT, SHANGHAI) == [span]
    assert duty(span, TerminalRules(), SHANGHAI) == [span]
    assert duty((span[1], span[0]), TerminalRules(), SHANGHAI) == []


def test_only_gaps_while_on_duty_count() -> None:
    """SE-20: share of on-duty time online."""
    found = presence([(0, 10), (20, 30)], [(5, 25), (40, 50)])
    assert (found.on_duty, found.online, found.share) == (20, 10, 0.5)
    assert presence([], [(0, 5)]).share is None


@given(stretches, stretches)
def test_what_is_left_is_exactly_what_lies_in_none_of_the_others(
    wanted: list[tuple[int, int]], away: list[tuple[int, int]]
) -> None:
    gone = {at for start, until in away for at in range(start, until)}
    for stretch in wanted:
        left = [at for start, until in without([stretch], away) for at in range(start, until)]
        assert left == [at for at in range(*stretch) if at not in gone]
