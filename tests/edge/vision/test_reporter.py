from __future__ import annotations

from edge.vision.finding import Finding
from edge.vision.reporter import Reporter

LANE = Finding("lane_occupied", "gate", 0.4, None)


def reports(reporter: Reporter, times: list[float], *findings: Finding) -> list[tuple[float, bool]]:
    return [(at, report.first) for at in times for report in reporter.step(findings, at)]


def test_an_event_is_reported_at_once_and_then_each_second_while_it_lasts() -> None:
    times = [number / 8 for number in range(25)]
    assert reports(Reporter(), times, LANE) == [(0, True), (1, False), (2, False), (3, False)]


def test_a_short_gap_is_the_same_event_and_a_long_one_a_new_one() -> None:
    reporter = Reporter()
    assert reports(reporter, [0.0, 2.5], LANE) == [(0, True), (2.5, False)]
    assert reports(reporter, [6.0], LANE) == [(6, True)]


def test_kinds_and_zones_are_events_of_their_own() -> None:
    other = LANE._replace(zone="yard")
    fire = Finding("fire", "", 0.5, None)
    assert reports(Reporter(), [1.0], LANE, other, fire) == [(1, True)] * 3
