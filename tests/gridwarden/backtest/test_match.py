"""Claims are held against the truth."""

from __future__ import annotations

import msgspec

from edge.simulate.truth import TruthKind, TruthLine
from gridwarden.backtest.match import Claim, Matched, match

SECOND = 1_000_000
END = 1000 * SECOND
WAITS = {"smoke_alarm": 0.0, "hydrant_low_pressure": 60.0}


def true(kind: TruthKind, start: float, end: float | None = None, **more: object) -> TruthLine:
    line = TruthLine(
        kind=kind,
        cause="x",
        device="d-1",
        place="p",
        since=round(start * SECOND),
        until=None if end is None else round(end * SECOND),
        expect_case=True,
    )
    return msgspec.structs.replace(line, **more)


def claim(key: int, kind: str, raised: float, found: float, over: float | None = None) -> Claim:
    at, seen = round(raised * SECOND), round(found * SECOND)
    gone = None if over is None else round(over * SECOND)
    return Claim(key, kind, "d-1", "C-1", at, at, seen, gone)


def held(truth: list[TruthLine], claims: list[Claim], **more: object) -> Matched:
    return match(truth, claims, end=END, waits_s=WAITS, **more)  # type: ignore[arg-type]


def test_a_true_event_is_found_with_its_delay_past_the_rules_wait() -> None:
    line = true("hydrant_low_pressure", 100, 200)
    matched = held([line], [claim(1, "hydrant_low_pressure", 161, 162.5)])
    assert [hit.delay_s for hit in matched.hits] == [2.5]
    assert matched.of_kind("hydrant_low_pressure") == matched
    assert matched.of_kind("smoke_alarm") == Matched()
    assert (matched.missed, matched.false, matched.twice, matched.kinds()) == (
        [], [], [], ["hydrant_low_pressure"],
    )  # fmt: skip


def test_what_nobody_found_is_missed_unless_it_was_too_short_or_too_late() -> None:
    long, short = true("hydrant_low_pressure", 100, 200), true("hydrant_low_pressure", 300, 330)
    matched = held([long, short, true("smoke_alarm", 999)], [])
    assert matched.missed == [long]
    assert len(matched.short) == 2


def test_a_claim_that_nothing_true_explains_is_false_and_one_too_many_is_twice() -> None:
    claims = [claim(1, "smoke_alarm", 10, 10), claim(2, "smoke_alarm", 12, 12)]
    stray = claim(3, "smoke_alarm", 500, 500)
    matched = held([true("smoke_alarm", 10, 20)], [*claims, stray])
    assert len(matched.hits) == 1
    assert (matched.false, matched.twice) == ([stray], [claims[1]])


def test_the_same_key_again_is_twice() -> None:
    one = claim(1, "smoke_alarm", 10, 10)
    assert len(held([true("smoke_alarm", 10, 20)], [one, one]).twice) == 2


def test_each_of_two_events_close_together_has_its_own_claim() -> None:
    lines = [true("smoke_alarm", 10, 20), true("smoke_alarm", 22, 40)]
    matched = held(lines, [claim(1, "smoke_alarm", 10, 10), claim(2, "smoke_alarm", 22, 22)])
    assert [hit.claim.key for hit in matched.hits] == [1, 2]
    assert matched.twice == []


def test_trouble_that_falls_into_an_open_anomaly_has_joined_it() -> None:
    lines = [true("smoke_alarm", 10, 20), true("smoke_alarm", 50, 60)]
    assert held(lines, [claim(1, "smoke_alarm", 10, 10)]).joined == [lines[1]]
    assert held(lines, [claim(1, "smoke_alarm", 10, 10, over=70)]).joined == [lines[1]]
    assert held(lines, [claim(1, "smoke_alarm", 10, 10, over=30)]).missed == [lines[1]]


def test_a_kind_that_no_rule_judges_explains_only() -> None:
    dry = true("hydrant_no_water", 100, 300)
    matched = held([dry], [claim(1, "hydrant_low_pressure", 160, 160)])
    assert matched == Matched()


def test_what_had_to_wait_for_its_agent_is_late_from_then_on() -> None:
    line = true("smoke_alarm", 100, 200)
    late = [claim(1, "smoke_alarm", 100, 401)]
    (hit,) = held([line], late, knowable=lambda _, time: max(time, 400 * SECOND)).hits
    assert (hit.held, hit.delay_s) == (True, 1.0)


def test_a_claim_at_another_grid_than_the_true_one_is_misplaced() -> None:
    one = claim(1, "smoke_alarm", 10, 10)
    line = true("smoke_alarm", 10, 20)
    assert held([line], [one], grids={"d-1": "C-2"}).misplaced == [one]
    assert held([line], [one], grids={"d-1": "C-1"}).misplaced == []
