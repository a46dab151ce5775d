"""A demo run is judged against what truly happened."""

from __future__ import annotations

import pytest

from edge.simulate.truth import TruthKind, TruthLine
from gridwarden.demo.verdict import Raised, Verdict, judge, percentile

SECOND = 1_000_000
END = 100 * SECOND
GRIDS = {"d-1": "C-1-01"}
WARDENS = {"C-1-01": "p-a", "C-1-02": "p-b"}


def true_event(kind: TruthKind, start_s: float, until_s: float | None = None) -> TruthLine:
    return TruthLine(
        kind=kind,
        cause="fire",
        device="d-1",
        place="x",
        since=round(start_s * SECOND),
        until=None if until_s is None else round(until_s * SECOND),
        expect_case=True,
    )


def held_against(
    truth: list[TruthLine], raised: list[Raised], durations_s: dict[str, float] | None = None
) -> Verdict:
    durations_s = durations_s or {}
    return judge(truth, raised, end=END, durations_s=durations_s, grids=GRIDS, wardens=WARDENS)


def case(kind: str, at_s: float, grid: str = "C-1-01", owner: str | None = "p-a") -> Raised:
    return Raised(kind, "d-1", grid, owner, round(at_s * SECOND))


def test_a_case_within_the_events_time_is_found_with_its_delay() -> None:
    verdict = held_against(
        [true_event("hydrant_low_pressure", 10, 60)],
        [case("hydrant_low_pressure", 16.5)],
        {"hydrant_low_pressure": 6.0},
    )
    (found,) = verdict.found
    assert (found.delay_s, found.beyond_rule_s) == (6.5, 0.5)
    assert verdict.alarms == []
    assert verdict.cases_by_kind() == {"hydrant_low_pressure": 1}
    assert (verdict.missed, verdict.unexplained, verdict.wrong_holder) == ([], [], [])


def test_an_event_without_a_case_is_missed_once_its_case_was_due() -> None:
    early = true_event("smoke_alarm", 10)
    at_the_end = true_event("smoke_alarm", 99)
    verdict = held_against([early, at_the_end], [])
    assert verdict.missed == [early]


def test_a_case_that_nothing_true_explains_is_named() -> None:
    stray = case("smoke_alarm", 50)
    verdict = held_against([true_event("smoke_alarm", 10, 20)], [stray])
    assert verdict.unexplained == [stray]
    assert len(verdict.missed) == 1


@pytest.mark.parametrize(
    "raised",
    [case("smoke_alarm", 10.2, owner="p-b"), case("smoke_alarm", 10.2, "C-1-02", "p-b")],
    ids=["another warden", "another grid"],
)
def test_a_case_in_the_wrong_hands_is_named(raised: Raised) -> None:
    verdict = held_against([true_event("smoke_alarm", 10)], [raised])
    assert verdict.wrong_holder == [raised]


def test_low_pressure_on_the_way_to_no_water_is_explained_but_does_not_find_it() -> None:
    verdict = held_against(
        [true_event("hydrant_no_water", 10, 60)],
        [case("hydrant_low_pressure", 12), case("hydrant_no_water", 15)],
        {},
    )
    assert [found.delay_s for found in verdict.found] == [5.0]
    assert verdict.unexplained == []


def test_percentiles_of_nothing_are_none() -> None:
    assert percentile([], 99) is None
    assert percentile([1.0, 2.0, 3.0], 50) == 2.0
