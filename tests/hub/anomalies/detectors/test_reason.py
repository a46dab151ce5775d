from __future__ import annotations

from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from hub.anomalies.detectors.reason import Said
from hub.anomalies.domain import Anomaly
from hub.anomalies.row import Row
from hub.plans.domain import ReasonRule

RULE = ReasonRule(
    kind="duress",
    reasons=["duress", "x-panic"],
    quiet_s=60,
    grade="emergency",
    due_minutes=15,
    source={},
)


def said(script: Any) -> Said:
    return Said("duress", RULE, script.spots(a="reader", b="reader"))


def told(script: Any, swipes: list[Any], until: float = 0) -> list[Any]:
    return script.play(said(script), [script.batch([swipe]) for swipe in swipes], until=until)


def test_duress_is_an_emergency_at_once(script: Any) -> None:
    """SE-04: the anomaly is raised with the swipe itself, at its reader."""
    swipe = script.swipe(10, "a", reason="duress")
    detector = said(script)
    _, (found,) = detector.step(detector.start(), Row(script.batch([swipe])), 0)
    assert isinstance(found, Anomaly)
    assert (found.kind, found.grade, found.device) == ("duress", "emergency", "a")
    assert found.started == found.raised == script.micros(10)


def test_other_words_and_readers_of_no_site_say_nothing(script: Any) -> None:
    swipes = [script.swipe(10, "a"), script.swipe(11, "a", reason="denied-passback")]
    assert told(script, [*swipes, script.swipe(12, "unknown", reason="duress")], 100) == []


def test_what_stands_is_not_told_twice_and_ends_when_it_stays_away(script: Any) -> None:
    seconds = [10, 30, 80, 141]
    swipes = [script.swipe(second, "a", reason="duress", person=second) for second in seconds]
    assert told(script, [*swipes, script.swipe(150, "b", reason="x-panic")], 300) == [
        ("duress", "a", 10, 10),
        ("duress over", "a", 10, 140),
        ("duress", "a", 141, 141),
        ("duress", "b", 150, 150),
        ("duress over", "a", 141, 201),
        ("duress over", "b", 150, 210),
    ]


@settings(max_examples=200, deadline=None)
@given(
    steps=st.lists(
        st.tuples(st.integers(-5, 70), st.sampled_from("ab"), st.sampled_from(["duress", ""])),
        max_size=30,
    ),
    cuts=st.sets(st.integers(0, 30)),
    restarts=st.sets(st.integers(0, 30)),
)
def test_neither_the_cut_into_batches_nor_a_restart_changes_what_is_found(
    script: Any, steps: list[tuple[int, str, str]], cuts: set[int], restarts: set[int]
) -> None:
    second, events = 100, []
    for passed, reader, reason in steps:
        second += passed
        events.append(script.swipe(second, reader, reason=reason))
    one_by_one = script.cut(said(script), events, range(40), until=5000)
    assert script.cut(said(script), events, cuts, restarts, until=5000) == one_by_one
