"""Any life of a case, looked at often or seldom: nothing twice, one level at a time."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from hub.cases.domain import Event, fold
from hub.escalation.watch import watched
from hub.roster.domain import Leave
from tests.hub.escalation.make import (
    DAY,
    HOUR,
    MINUTE,
    OPENED,
    PATH,
    all_timers,
    around,
    event,
    opened,
    run,
)

PEOPLE = ("warden", "stand-in", "village-chief", "town-head", "town-deputy")
acts = st.sampled_from([
    ("accepted", {}), ("triaged", {"path": "coordination"}), ("triaged", {"path": "general"}),
    ("dispatched", {"to": "warden"}), ("handled", {}), ("recheck_failed", {}), ("noted", {}),
    ("suspended", {"until": OPENED + 30 * DAY}), ("resumed", {"due": None}),
    ("transferred", {"receiver": "x", "due": None}), ("received", {}),
    ("returned", {"to": "warden"}),
    ("declared_unsolvable", {}), ("closed", {}), ("fed_back", {"to": ["reporter"]}),
])  # fmt: skip
lives = st.lists(st.tuples(acts, st.integers(0, 9 * 24 * 60), st.sampled_from(PEOPLE)), max_size=8)
openings = st.fixed_dictionaries({
    "due": st.sampled_from((None, OPENED + HOUR, OPENED + 3 * DAY)),
    "acknowledge_by": st.sampled_from((None, OPENED + 5 * MINUTE)),
    "grade": st.sampled_from(("general", "emergency")),
})  # fmt: skip
away = st.lists(
    st.builds(
        lambda person, begins, hours: Leave(
            person=person, starts=OPENED + begins * HOUR, ends=OPENED + (begins + hours) * HOUR
        ),
        st.sampled_from(PEOPLE), st.integers(0, 200), st.integers(1, 100),
    ),
    max_size=3,
)  # fmt: skip


@settings(max_examples=120, deadline=None)
@given(openings, lives, away, st.integers(1, 5))
def test_whatever_happens_levels_are_climbed_singly_and_nothing_is_told_twice(
    start: dict[str, object],
    life: list[tuple[tuple[str, dict[str, object]], int, str]],
    leaves: list[Leave],
    looks: int,
) -> None:
    """CA-03, CA-04, CA-05, CA-08, CA-27 in part: random lives, rosters, rhythms of looking."""
    log: list[Event] = [opened(**start)]
    there = around(leaves)
    for (name, data), minute, actor in sorted(life, key=lambda one: one[1]):
        now = OPENED + minute * MINUTE
        for look in range(1, looks + 1):  # seldom after a long stop of the hub, or often
            log = run(log, log[-1].at + (now - log[-1].at) * look // looks, there)
        if fold(log).open:
            log.append(event(name, now, actor, **data))  # type: ignore[arg-type]
    end = log[-1].at + 10 * DAY
    log = run(log, end, there)
    assert run(log, end, there) == log  # looking again changes nothing
    ups = [one for one in log if one.event == "escalated"]
    levels = [PATH[::-1].index(one.data["to_grid"]) for one in ups]
    assert levels == sorted(set(levels)), "never down, never twice to the same"
    assert all(one.data["reason"] in ("overdue", "push_up") for one in ups)
    urged = [(one.data["why"], one.data["due"]) for one in log if one.event == "urged"]
    assert len(urged) == len(set(urged))
    moves = [one for one in log if one.event in ("escalated", "handed_over")]
    for one in moves:
        assert one.data["to"] != one.data["from"]
    moments = [(one.at, one.event) for one in moves]
    assert len({at for at, _ in moments}) == len(moments), "one owner at a time"
    assert all(
        timer.due > end or timer.effect == "list" or timer.name in ("again", "acknowledge")
        for timer in all_timers(log)
    ), "what has run out was acted upon, but where nobody was left"
    assert watched(log, "grid").arrived <= end
