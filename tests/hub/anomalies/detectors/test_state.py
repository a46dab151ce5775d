from __future__ import annotations

from itertools import pairwise
from typing import Any

import msgspec
from hypothesis import given, settings
from hypothesis import strategies as st

from hub.anomalies.detectors.state import State, WordState
from hub.anomalies.row import Row
from hub.plans.domain import StateRule

DAY = 86_400
RULE = StateRule(
    kind="equipment_shut_down",
    watches=["smoke"],
    states=["shutdown", "removed"],
    duration_s=DAY,
    grade="major",
    due_minutes=60,
    veto=True,
    source={},
)


def told(script: Any, rule: StateRule, words: list[Any], until: float = 0) -> list[Any]:
    detector = State("down", rule, script.spots(s="smoke"))
    batches = [
        script.batch([script.word(t, "s", state)], received=r)
        for t, state, r in ((*w, w[0]) if len(w) == 2 else w for w in words)
    ]
    return script.play(detector, batches, until=until)


def test_equipment_shut_down_for_a_day_is_a_veto(script: Any) -> None:
    """HZ-10: fire equipment shut down longer than 24 h sets the veto flag."""
    assert told(script, RULE, [(0, "shutdown")], until=DAY) == []
    detector = State("down", RULE, script.spots(s="smoke"))
    state, _ = detector.step(
        detector.start(), Row(script.batch([script.word(0, "s", "shutdown")])), 0
    )
    _, (found,) = detector.due(state, script.micros(DAY + 0.5))
    assert (found.veto, found.kind, found.raised) == (
        True,
        "equipment_shut_down",
        script.micros(DAY),
    )


def test_it_goes_on_from_one_such_word_to_the_next_and_ends_with_another(script: Any) -> None:
    words = [(0, "shutdown"), (1000, "removed"), (DAY + 10, "online")]
    assert told(script, RULE, words) == [
        ("equipment_shut_down", "s", 0, DAY),
        ("equipment_shut_down over", "s", 0, DAY + 10),
    ]


def test_only_the_words_named_end_it_where_there_are_any(script: Any) -> None:
    rule = msgspec.structs.replace(RULE, duration_s=10, until=["armed"])
    words = [(0, "shutdown"), (5, "online"), (20, "armed")]
    assert [t.at for t in told(script, rule, words)] == [10, 20]


def test_a_word_that_is_taken_back_in_time_is_none(script: Any) -> None:
    rule = msgspec.structs.replace(RULE, duration_s=60)
    assert told(script, rule, [(0, "shutdown"), (59, "online")], until=200) == []


def test_what_a_spool_brings_late_raises_nothing_that_was_over(script: Any) -> None:
    """SE-19: late data raises what was true then, once, never a false live alarm."""
    rule = msgspec.structs.replace(RULE, duration_s=60)
    late = [(0, "shutdown", 1000), (30, "online", 1005)]
    assert told(script, rule, late, until=2000) == []
    true_then = [(0, "shutdown", 1000), (90, "online", 1005)]
    assert [t.at for t in told(script, rule, true_then, until=2000)] == [60, 90]
    still = [(0, "shutdown", 1000)]
    assert [t.at for t in told(script, rule, still, until=2000)] == [60]


WORDS = st.lists(
    st.tuples(
        st.sampled_from(["s0", "s1"]),
        st.integers(-2, 9),
        st.sampled_from(["shutdown", "removed", "online"]),
    ),
    max_size=40,
)


def oracle(story: list[tuple[str, int, str]]) -> list[tuple[str, str, float, float]]:
    found: list[tuple[str, str, float, float]] = []
    for name in ("s0", "s1"):
        mine: list[tuple[int, str]] = []
        for device, time, word in story:
            if device == name and (not mine or time >= mine[-1][0]):
                mine.append((time, word))
        since = None
        for time, word in mine:
            bad = word != "online"
            if since is None:
                since = time if bad else None
            elif not bad:
                if time - since >= 10:
                    found.append(("equipment_shut_down", name, since, since + 10))
                    found.append(("equipment_shut_down over", name, since, time))
                since = None
        if since is not None and mine[-1][0] - since >= 10:
            found.append(("equipment_shut_down", name, since, since + 10))
    return found


@settings(max_examples=200, deadline=None)
@given(words=WORDS, cuts=st.sets(st.integers(0, 40)), restarts=st.sets(st.integers(0, 40)))
def test_cuts_and_restarts_change_nothing_and_a_slow_walk_finds_the_same(
    script: Any, words: list[tuple[str, int, str]], cuts: set[int], restarts: set[int]
) -> None:
    rule = msgspec.structs.replace(RULE, duration_s=10)
    detector = State("down", rule, script.spots(s0="smoke", s1="smoke"))
    story, second = [], 0
    for name, passed, word in words:
        second = max(second + passed, 0)
        story.append((name, second, word))
    events = [script.word(second, name, word) for name, second, word in story]

    def run(cut: set[int], again: set[int]) -> list[Any]:
        state, found = detector.start(), []
        edges = [0, *sorted(edge for edge in cut if edge < len(events)), len(events)]
        for number, (start, end) in enumerate(pairwise(edges)):
            if number in again:
                state = msgspec.msgpack.decode(msgspec.msgpack.encode(state), type=WordState)
            state, more = detector.step(state, Row(script.batch(events[start:end])), 0)
            found += more
        return sorted(script.tell(found))

    one_by_one = run(set(range(len(events))), set())
    assert run(cuts, restarts) == one_by_one == sorted(oracle(story))
