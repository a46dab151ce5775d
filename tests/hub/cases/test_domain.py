"""The case machine alone: what leads where, and that nothing closes unverified."""

from __future__ import annotations

from typing import Any, get_args

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.anomalies.domain import Anomaly, Cause, Recovery
from hub.cases.chain import seal, verify
from hub.cases.domain import (
    SENSOR,
    Action,
    CaseState,
    Doer,
    Event,
    Order,
    Refused,
    Scene,
    allowed,
    evolve,
    fold,
    step,
)
from hub.cases.graph import ways
from hub.cases.lifecycle import shipped_rules
from hub.cases.news import discover, recover, recur, worsen

ACTIONS: tuple[Action, ...] = get_args(Action)
SHORT: tuple[Action, ...] = ("accept", "dispatch", "handle", "verify", "close")


def anomaly(rule: str = "low", started: int = 1_000) -> Anomaly:
    return Anomaly(
        rule=rule,
        kind="hydrant_low_pressure",
        device="hydrant-07",
        started=started,
        raised=started + 5,
        value=0.11,
        limit=0.14,
        unit="MPa",
        quantity="pressure",
        grade="serious",
    )


def recovery(rule: str = "low") -> Recovery:
    return Recovery(
        rule=rule,
        kind="hydrant_low_pressure",
        device="hydrant-07",
        started=1_000,
        recovered=9_000,
        value=0.3,
    )


def discovered(warden: str | None = "p-wang-01") -> list[Event]:
    return discover(anomaly(), warden=warden, due_minutes=30, now=10_000)


def act(events: list[Event], action: Action, **extra: Any) -> list[Event] | Refused:
    extra.setdefault("note", "done")
    person = "p-chen-04" if action == "verify" else "p-li-02"  # CA-19: not the solver
    return step(fold(events), Order(action=action, **extra), Scene(by=Doer(person), now=20_000))


def after(*actions: Action) -> list[Event]:
    events = discovered()
    for action in actions:
        brought = act(events, action)
        assert isinstance(brought, list)
        events += brought
    return events


def test_a_new_case_belongs_to_the_warden_and_knows_its_deadline() -> None:
    state = fold(discovered())
    assert (state.stage, state.owner, state.recovered) == ("discovered", "p-wang-01", False)
    assert state.due == 10_000 + 30 * 60_000_000
    assert (state.value, state.limit, state.unit) == (0.11, 0.14, "MPa")


def test_a_case_keeps_the_cause_that_was_judged_with_its_evidence() -> None:
    """SE-06: the file of a case tells the likeliest cause and what it rests on."""
    cause = Cause(
        name="theft", confidence=0.9, second="burst", second_confidence=0.05, evidence={"flow": 44}
    )
    opened = discover(
        msgspec.structs.replace(anomaly(), cause=cause), warden=None, due_minutes=None, now=1
    )
    assert opened[0].data["cause"]["name"] == "theft"
    assert opened[0].data["cause"]["evidence"] == {"flow": 44}
    assert verify(seal(1, opened)) is None


def test_a_case_without_deadline_is_never_due() -> None:
    assert fold(discover(anomaly(), warden=None, due_minutes=None, now=1)).due is None


def test_each_step_leads_to_the_next() -> None:
    stages = [fold(after(*SHORT[:count])).stage for count in range(6)]
    assert stages == ["discovered", "accepted", "dispatched", "handled", "verified", "closed"]


def test_a_dispatch_goes_to_the_warden_unless_somebody_is_named() -> None:
    assert fold(after("accept", "dispatch")).owner == "p-wang-01"
    named = act(after("accept"), "dispatch", to="p-zhao-03")
    assert isinstance(named, list)
    assert fold(after("accept") + named).owner == "p-zhao-03"


def test_a_dispatch_without_warden_asks_for_a_name() -> None:
    events = discovered(warden=None)
    events += [Event(event="accepted", at=11_000, actor="p-li-02")]
    refused = act(events, "dispatch")
    assert isinstance(refused, Refused)
    assert (refused.reason, refused.missing) == ("incomplete", "to")


@pytest.mark.parametrize(
    ("before", "action"),
    [
        (("accept", "dispatch"), "handle"),
        (("accept", "dispatch", "handle"), "verify"),
        ((), "note"),
    ],
)
def test_handling_verifying_and_noting_need_words(
    before: tuple[Action, ...], action: Action
) -> None:
    refused = act(after(*before), action, note="  \n")
    assert isinstance(refused, Refused)
    assert (refused.reason, refused.missing) == ("incomplete", "note")


def test_a_step_out_of_turn_says_what_is_possible() -> None:
    refused = act(discovered(), "close")
    assert isinstance(refused, Refused)
    assert refused.reason == "out_of_turn"
    assert (refused.allowed[0], refused.allowed[-1]) == ("accept", "note")
    assert "close" not in refused.allowed
    assert "`accept`" in refused.message


def test_an_archived_case_takes_nothing_more() -> None:
    events = after("accept", "dispatch", "handle", "verify", "close", "archive")
    assert allowed(fold(events)) == ()
    assert all(isinstance(act(events, action), Refused) for action in ACTIONS)
    assert recover(fold(events), recovery(), now=30_000) == []
    with pytest.raises(ValueError, match="open a new one"):
        recur(fold(events), anomaly(), now=30_000)


def test_the_sensor_verifies_a_handled_case_when_it_recovers() -> None:
    events = after("accept", "dispatch", "handle")
    events += recover(fold(events), recovery(), now=30_000)
    assert [(event.event, event.actor) for event in events[-2:]] == [
        ("sensor_recovered", SENSOR),
        ("verified", SENSOR),
    ]
    assert fold(events).stage == "verified"


def test_a_case_handled_after_the_sensor_recovered_is_verified_at_once() -> None:
    events = after("accept", "dispatch")
    events += recover(fold(events), recovery(), now=15_000)
    assert fold(events).stage == "dispatched"
    handled = act(events, "handle")
    assert isinstance(handled, list)
    assert [event.event for event in handled] == ["handled", "verified"]


def test_one_of_two_broken_rules_recovering_verifies_nothing() -> None:
    events = after("accept", "dispatch")
    events += recur(fold(events), anomaly(rule="very-low", started=2_000), now=15_000)
    handled = act(events, "handle")
    assert isinstance(handled, list)
    events += handled
    events += recover(fold(events), recovery("low"), now=30_000)
    assert (fold(events).stage, fold(events).recovered) == ("handled", False)
    events += recover(fold(events), recovery("very-low"), now=31_000)
    assert (fold(events).stage, fold(events).recovered) == ("verified", True)


def test_the_same_recovery_twice_is_written_once() -> None:
    events = discovered()
    events += recover(fold(events), recovery(), now=12_000)
    assert recover(fold(events), recovery(), now=13_000) == []


@pytest.mark.parametrize("steps", [("accept", "dispatch", "handle"), SHORT[:4]])
def test_danger_that_comes_back_sends_a_case_back_to_its_owner(steps: tuple[Action, ...]) -> None:
    events = after(*steps)
    events += recur(fold(events), anomaly(started=40_000), now=50_000)
    state = fold(events)
    assert (state.stage, state.owner, state.recurrences) == ("dispatched", "p-wang-01", 1)
    assert not state.recovered


def test_danger_that_shows_again_before_handling_moves_nothing() -> None:
    events = after("accept")
    events += recur(fold(events), anomaly(started=40_000), now=50_000)
    assert (fold(events).stage, fold(events).recurrences) == ("accepted", 1)


def no_water(started: int = 30_000) -> Anomaly:
    worse: dict[str, Any] = {"kind": "hydrant_no_water", "grade": "major", "rule": "none"}
    return msgspec.structs.replace(anomaly(started=started), value=0.01, limit=0.02, **worse)


def test_trouble_that_becomes_worse_keeps_its_case_and_takes_the_nearer_deadline() -> None:
    events = after("accept")
    events += worsen(fold(events), no_water(), due_minutes=10, now=50_000)
    state = fold(events)
    assert (state.kind, state.grade, state.stage) == ("hydrant_no_water", "major", "accepted")
    assert (state.due, state.value) == (50_000 + 10 * 60_000_000, 0.01)
    assert state.breaches == {"low", "none"}
    late = worsen(fold(events), no_water(), due_minutes=600, now=60_000)
    assert fold(events + late).due == state.due


def test_a_handled_case_that_becomes_worse_goes_back_to_its_owner() -> None:
    events = after("accept", "dispatch", "handle")
    events += worsen(fold(events), no_water(), due_minutes=None, now=50_000)
    assert fold(events).stage == "dispatched"


def test_a_file_begins_with_the_discovery_and_has_it_once() -> None:
    with pytest.raises(ValueError, match="at least one"):
        fold([])
    with pytest.raises(ValueError, match="first event"):
        fold([Event(event="noted", at=1, actor="p-li-02")])
    with pytest.raises(ValueError, match="once"):
        fold(discovered() + discovered())


LISTED = {(way.start, way.end) for way in ways(shipped_rules())}
Move = tuple[str, str]
moves = st.one_of(
    st.tuples(st.just("act"), st.sampled_from(ACTIONS)),
    st.tuples(st.just("recur"), st.sampled_from(["low", "very-low"])),
    st.tuples(st.just("worsen"), st.just("none")),
    st.tuples(st.just("recover"), st.sampled_from(["low", "very-low", "none"])),
)


def play(script: list[Move]) -> list[Event]:
    events = discovered()
    for number, (what, name) in enumerate(script):
        state, now = fold(events), 20_000 + number
        if what == "recur":
            events += recur(state, anomaly(name, now), now=now) if state.open else []
        elif what == "worsen":
            worse = worsen(state, no_water(now), due_minutes=5, now=now) if state.open else []
            events += worse
        elif what == "recover":
            events += recover(state, recovery(name), now=now)
        else:
            order = Order(action=name, note="done")  # type: ignore[arg-type]
            brought = step(state, order, Scene(by=Doer(f"p-{number % 3}"), now=now))
            events += brought if isinstance(brought, list) else []
    return events


@given(st.lists(moves, max_size=40))
def test_no_sequence_closes_a_case_unverified_or_leaves_the_listed_ways(
    script: list[Move],
) -> None:
    events = play(script)
    state: CaseState = fold(events[:1])
    for event in events[1:]:
        following = evolve(state, event)
        if following.stage != state.stage:
            assert (state.stage, following.stage) in LISTED
        if event.event == "verified":
            assert event.actor != SENSOR or state.recovered
            assert event.actor == SENSOR or event.note
        state = following
    assert state == fold(events)
    # A handled case whose sensor agrees waits for nobody.
    assert not (state.stage == "handled" and state.recovered)
