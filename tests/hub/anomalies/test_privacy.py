"""What is found of cards does not depend on whose they are."""

from __future__ import annotations

from typing import Any

import msgspec
from hypothesis import given, settings
from hypothesis import strategies as st

from edge.wire import Direction
from hub.anomalies.detectors import Finding
from hub.anomalies.engine import Engine
from hub.plans.read import shipped_plan

PLACES = {"gate": (0.0, 0.0), "hall": (900.0, 0.0)}
WORDS = ["", "", "", "duress", "denied-passback", "denied-unknown-credential", "denied-lockout"]
KEYS = [3_141_592_653_589_793_238, 2_718_281_828_459_045_235, 1_414_213_562_373_095_048]

steps = st.lists(
    st.tuples(
        st.sampled_from([0, 1, 4, 20, 100]),
        st.sampled_from(["gate-in", "gate-out", "hall-in", "hall-out"]),
        st.integers(0, 2),
        st.booleans(),
        st.sampled_from(WORDS),
    ),
    max_size=40,
)


def found(script: Any, story: list[Any], keys: list[int]) -> list[Finding]:
    spots = {
        f"{place}-{way}": script.spot(f"{place}-{way}", "reader", place=place, at=at)
        for place, at in PLACES.items()
        for way in ("in", "out")
    } | {f"{place}-door": script.spot(f"{place}-door", "door", place=place) for place in PLACES}
    engine, second = Engine(shipped_plan("campus"), spots), 0
    state, findings = engine.start(), list[Finding]()
    for passed, reader, person, granted, reason in story:
        second += passed
        way = Direction.OUT if reader.endswith("out") else Direction.IN
        swipe = script.swipe(
            second, reader, person=keys[person], way=way, granted=granted, reason=reason
        )
        state, more = engine.step(state, script.batch([swipe]))
        findings += more
    return [*findings, *engine.due(state, script.micros(second + 5000))[1]]


@settings(max_examples=100, deadline=None)
@given(story=steps)
def test_no_finding_tells_a_card_or_anything_that_depends_on_which_it_is(
    script: Any, story: list[Any]
) -> None:
    """PR-06: other people with the same story give the very same findings."""
    told = found(script, story, KEYS)
    assert told == found(script, story, KEYS[::-1])
    text = msgspec.json.encode(told).decode()
    assert not any(str(key) in text for key in KEYS)
