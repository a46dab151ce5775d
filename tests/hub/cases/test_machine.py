"""The case machine as a whole: any actions by anybody leave a sound, provable, foldable file."""

from __future__ import annotations

from random import Random
from typing import Any, get_args

import msgspec
from hypothesis import given, settings
from hypothesis import strategies as st

from hub.anomalies.domain import Grade
from hub.cases.chain import seal, verify
from hub.cases.deeds.proving import proven
from hub.cases.domain import (
    DEEDS,
    CaseState,
    Doer,
    Event,
    Order,
    Refused,
    Scene,
    allowed,
    evolve,
    fold,
    possible,
    shipped_rules,
    step,
)
from hub.cases.graph import ways
from hub.cases.news import recover, recur, relapse, relapses
from hub.cases.reported import Report, open_reported
from hub.cases.vocabulary import SENSOR, Action, LimitName, Path
from hub.plans.read import read_plan
from tests.hub.cases.test_domain import anomaly, discovered, recovery

RULES = shipped_rules()
ACTIONS: tuple[Action, ...] = get_args(Action)
WAYS = {(way.start, way.end) for way in ways(RULES)}
HOUR = 3_600_000_000
ROLES = ("warden", "chief", "desk")


def report(**changes: Any) -> Report:
    filed = Report(
        id=7,
        kind="hydrant_damaged",
        subject="hydrant-07",
        grade="serious",
        due_minutes=480,
        actor="p-0",
        seen=9_000,
        words="Cap is gone.",
        role="warden",
    )
    return msgspec.structs.replace(filed, **changes)


def reported(screening: bool = True, **changes: Any) -> list[Event]:
    return open_reported(report(**changes), warden="p-wang-01", now=10_000, screening=screening)


def limit(limit: LimitName, start: int) -> int:
    return start + {"triage": 4, "revisit": 168}.get(limit, 24) * HOUR


FIELDS: dict[str, list[Any]] = {
    "note": ["", "done"],
    "to": [None, "p-1"],
    "found": [None, "confirmed", "not_found"],
    "photos": [(), ("a" * 64,)],
    "upheld": [None, True, False],
    "grade": [None, *get_args(Grade)],
    "path": [None, *get_args(Path)],
    "on_site": [None, True],
    "lead": [None, "water_company"],
    "due": [None, 20_000 + HOUR, 5],
    "receiver": [None, "Next town"],
    "until": [None, 20_000 + HOUR],
    "audience": [(), ("reporter",), ("concerned", "lower_grid", "public")],
    "satisfied": [None, True, False],
    "rating": [None, 4],
    "title": [None, "Mend the valve"],
    "task": [None, 1],
    "change": [None, "done", "dropped", "back"],
    "coordinator": [None, "p-2"],
    "into": [None, 5],
    "body": [None, "committee", "department"],
    "agreed": [None, True, False],
    "level": [None, "grid", "community", "township"],
}


def order(chance: Random) -> Order:
    """Any action with any fields."""
    given = {name: chance.choice(values) for name, values in FIELDS.items()}
    return Order(action=chance.choice(ACTIONS), **given)


OPENED = (discovered(), reported(), reported(grade="emergency"))


def scene(person: str, now: int, **more: Any) -> Scene:
    role: Any = ROLES[int(person[-1])]
    return Scene(by=Doer(person, role), now=now, limit=limit, **more)


def full(action: Action, now: int) -> Order:
    """An order that lacks nothing."""
    return Order(
        action=action, note="done", found="confirmed", photos=("b" * 64,), upheld=True,
        grade="major", path="general", receiver="Next town", due=None, until=now + HOUR,
        audience=("reporter",), satisfied=True, rating=5, title="Part", lead="water_company",
        coordinator="p-2", task=1, change="done", into=5, body="committee", agreed=True,
        level="grid",
    )  # fmt: skip


def play(opened: list[Event], seeds: list[int]) -> tuple[list[Event], list[CaseState]]:
    events, state = list(opened), fold(opened)
    states = [state]
    for number, seed in enumerate(seeds):
        chance = Random(seed)
        now, person = 20_000 + number, f"p-{seed % 3}"
        match chance.randrange(8):
            case 0:
                brought = danger(state, now)
            case 1:
                brought = recover(state, recovery("low"), now=now)
            case 2 | 3:
                brought = attempt(state, order(chance), person, now)
            case _:  # what the case offers, with everything it may ask
                offered = allowed(state, RULES)
                if not offered:
                    break
                brought = attempt(state, full(chance.choice(offered), now), person, now)
        for event in brought:
            state = evolve(state, event)
            states.append(state)
        events += brought
    return events, states


def danger(state: CaseState, now: int) -> list[Event]:
    found = anomaly("low", now)
    if state.open:
        return recur(state, found, now=now)
    return relapse(state, found, now=now) if relapses(state, now, RULES.relapse_minutes) else []


def attempt(state: CaseState, asked: Order, person: str, now: int) -> list[Event]:
    offered = {one.action: one for one in possible(state, RULES)}
    outcome = step(state, asked, scene(person, now, into="2026-000005"))
    if isinstance(outcome, Refused):
        assert set(outcome.allowed) == set(offered)
        return []
    doer = Doer(person, scene(person, now).by.role)
    assert offered[asked.action].refuses(doer) is None
    return outcome


@settings(max_examples=200, deadline=None)
@given(st.sampled_from(OPENED), st.lists(st.integers(0, 2**32), max_size=40))
def test_whatever_anybody_does_the_file_stays_sound(opened: list[Event], seeds: list[int]) -> None:
    """CA-01, CA-02, CA-19: no sequence leaves the plan's ways, closes without proof, lets the
    solver recheck, or breaks the chain."""
    events, states = play(opened, seeds)
    assert fold(events) == states[-1]
    assert verify(seal(1, events)) is None
    stored = msgspec.json.decode(msgspec.json.encode(events), type=list[Event])
    assert fold(stored) == states[-1]
    moved = zip(states[:-1], states[1:], events[len(events) - len(states) + 1 :], strict=True)
    for state, following, event in moved:
        if following.stage != state.stage:
            assert (state.stage, following.stage) in WAYS, event
        if event.event == "closed" and state.stage != "unsolvable":
            assert proven(state) or event.note
            assert state.stage == "verified"
        if event.event == "verified" and event.actor != SENSOR and state.grade in (
            "serious", "major"
        ):  # fmt: skip
            assert event.actor != state.progress.handler
        if event.event == "archived":
            told = state.progress.reporters and state.progress.outcome != "merged"
            assert not told or "reporter" in state.progress.fed_back
        if event.event == "accepted" and state.unscreened:
            raise AssertionError("accepted without a second role's word")


def test_every_action_says_what_it_needs_and_says_so_when_it_is_missing() -> None:
    """CA-01: the file of a case describes each possible action."""
    state = fold(reported(screening=False))
    for one in possible(state, RULES):
        assert set(one.needs) <= set(one.takes)
        bare = step(state, Order(action=one.action), scene("p-1", 20_000))
        if one.needs and isinstance(bare, Refused) and bare.reason == "incomplete":
            assert bare.missing in one.takes


def test_the_lifecycle_names_every_action_and_every_deed_is_listed() -> None:
    assert set(RULES.actions) == set(DEEDS) == set(ACTIONS)


PLAN = """
format = 1
name = "own"
title = { en = "Own", zh = "自定" }
[rules]
"""


def test_a_plan_takes_an_action_away_and_every_use_of_it_is_refused() -> None:
    """CA-01: transitions that the plan does not list are refused."""
    plan = read_plan(PLAN + "[cases.actions.escalate]\nenabled = false\n")
    state = fold(discovered())
    assert "escalate" in allowed(state, RULES)
    assert "escalate" not in allowed(state, plan.cases)
    asked = Order(action="escalate", note="too big")
    refused = step(state, asked, Scene(by=Doer("p-1"), now=1, rules=plan.cases))
    assert isinstance(refused, Refused)
    assert refused.reason == "out_of_turn"
    assert "escalate" not in refused.allowed


def test_a_plan_says_by_whom_and_with_what() -> None:
    """CA-01, CA-07: rights, roles and needed fields of an action are the plan's."""
    own = '[cases.actions.accept]\nroles = ["desk"]\nneeds = ["photos"]\nright = "cases.assign"\n'
    rules = read_plan(PLAN + own).cases
    state = fold(discovered())
    asked = Order(action="accept")

    def refusal(by: Doer) -> Refused:
        refused = step(state, asked, Scene(by=by, now=1, rules=rules))
        assert isinstance(refused, Refused)
        return refused

    rights = frozenset(("cases.act", "cases.assign"))
    assert refusal(Doer("p-1", "desk", frozenset(("cases.act",)))).reason == "not_yours"
    assert refusal(Doer("p-1", "warden", rights)).reason == "not_yours"
    assert refusal(Doer("p-1", "desk", rights)).missing == "photos"
