"""Rings: against counting minute by minute, and against the conference of 403 people."""

from __future__ import annotations

import msgspec
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hub.tracing.columns import StayColumns, integers
from hub.tracing.contacts import Window
from hub.tracing.rings import RingRules, Rings, TraceDirection, rings_of
from tests.hub.tracing.make import MINUTE, sfhh, stays_of, worlds

SPAN = 120
ALWAYS = Window(-1000 * MINUTE, 1000 * MINUTE)


def minute_by_minute(
    stays: StayColumns, seeds: list[int], window: tuple[int, int], rules: RingRules
) -> list[dict[int, int]]:
    """By level, everybody's earliest exposure by at most so many contacts."""
    where = {
        (person, minute): place
        for person, place, start, end in zip(
            stays.person.tolist(), stays.place.tolist(), stays.start.tolist(), stays.end.tolist(),
            strict=True,
        )
        for minute in range(max(start // MINUTE, window[0]), min(end // MINUTE, window[1]))
    }  # fmt: skip
    people = sorted(set(stays.person.tolist()))
    latency = rules.latency // MINUTE
    levels = [{person: window[0] for person in seeds if person in people}]
    for _ in range(rules.depth):
        known = levels[-1]
        after = dict(known)
        for source in known:
            passes_on = known[source] + (0 if source in seeds else latency)
            for target in people:
                if target == source:
                    continue
                together = [
                    minute
                    for minute in range(max(window[0], passes_on), min(SPAN, window[1]))
                    if (source, minute) in where
                    and where[source, minute] == where.get((target, minute))
                ]
                if together and len(together) >= rules.minutes:
                    full = together[rules.minutes - 1] + 1 if rules.minutes else together[0]
                    after[target] = min(after.get(target, full), full)
        levels.append(after)
    return levels


@settings(max_examples=500, deadline=None)
@given(
    worlds(),
    st.lists(st.integers(0, 5), min_size=1, max_size=2, unique=True),
    st.integers(0, 4),
    st.integers(0, 5),
    st.integers(0, 3),
    st.tuples(st.integers(0, 20), st.integers(10, SPAN)),
)
def test_rings_are_those_of_counting_minute_by_minute(
    stays: StayColumns,
    seeds: list[int],
    depth: int,
    minutes: int,
    latency: int,
    window: tuple[int, int],
) -> None:
    """EP-03 in part: never against time, with a latency, several index persons and a window."""
    rules = RingRules(minutes=minutes, latency=latency * MINUTE, depth=depth)
    levels = minute_by_minute(stays, seeds, window, rules)
    found = rings_of(stays, integers(seeds), Window(*(at * MINUTE for at in window)), rules)
    ring = {
        person: next(level for level, known in enumerate(levels) if person in known)
        for person in levels[-1]
    }
    assert dict(zip(found.person.tolist(), found.ring.tolist(), strict=True)) == ring
    for person, at in zip(found.person.tolist(), found.exposed.tolist(), strict=True):
        told = max(ring[person], depth - 1)
        assert at == levels[min(told, depth)][person] * MINUTE


@settings(max_examples=200, deadline=None)
@given(worlds(), st.integers(1, 4), st.integers(0, 4), st.integers(0, 3))
def test_backward_finds_whoever_would_reach_the_index_person_forward(
    stays: StayColumns, depth: int, minutes: int, latency: int
) -> None:
    people = np.unique(stays.person)

    def ring(source: int, target: int, direction: TraceDirection) -> int | None:
        rules = RingRules(
            minutes=minutes, latency=latency * MINUTE, depth=depth, direction=direction
        )
        found = rings_of(stays, integers([source]), ALWAYS, rules)
        return {**zip_rings(found)}.get(target)

    for one in people[:2].tolist():
        for other in people.tolist():
            assert ring(one, other, "forward") == ring(other, one, "backward")


def zip_rings(rings: Rings) -> dict[int, int]:
    return dict(zip(rings.person.tolist(), rings.ring.tolist(), strict=True))


@settings(max_examples=200, deadline=None)
@given(worlds(), st.integers(1, 4), st.integers(0, 4), st.sampled_from(["forward", "backward"]))
def test_a_chain_is_as_long_as_the_ring_says_and_never_against_time(
    stays: StayColumns, depth: int, minutes: int, direction: TraceDirection
) -> None:
    rules = RingRules(minutes=minutes, depth=depth, direction=direction)
    found = rings_of(stays, integers([0]), ALWAYS, rules)
    for person, ring in zip_rings(found).items():
        chain = found.chain_to(person)
        assert len(chain) == ring
        moments = chain.moment if direction == "forward" else -chain.moment
        assert (np.diff(moments) >= 0).all()
        if ring:
            assert chain.source[0] == 0
            assert chain.target[-1] == person
            assert (chain.source[1:] == chain.target[:-1]).all()
            assert (chain.together >= minutes * MINUTE).all()


def test_the_conference_is_reached_as_published_ring_by_ring() -> None:
    """EP-03 in part: SocioPatterns SFHH, from person 1269."""
    rules = [RingRules(minutes=0, depth=depth) for depth in range(6)]
    found = [rings_of(sfhh(), integers([1269]), ALWAYS_SFHH, rule) for rule in rules]
    assert [len(rings) for rings in found] == [1, 24, 244, 385, 400, 401]
    counts = np.bincount(found[5].ring).cumsum()
    assert counts.tolist() == [1, 24, 244, 385, 400, 401]


ALWAYS_SFHH = Window(0, 10**12)


def test_who_was_met_before_the_exposure_is_not_reached() -> None:
    """1 meets 2, then 2 meets 3; 4 met 2 before."""
    stays = stays_of(
        [
            (4, 0, 0, 20),
            (2, 0, 0, 20),
            (1, 1, 30, 50),
            (2, 1, 30, 50),
            (2, 2, 60, 90),
            (3, 2, 60, 90),
        ]
    )
    found = rings_of(stays, integers([1]), ALWAYS, RingRules(minutes=15, depth=5))
    assert zip_rings(found) == {1: 0, 2: 1, 3: 2}
    assert found.exposed.tolist() == [ALWAYS.start, 45 * MINUTE, 75 * MINUTE]
    assert found.source.tolist() == [-1, 1, 2]
    back = RingRules(minutes=15, depth=5, direction="backward")
    assert zip_rings(rings_of(stays, integers([3]), ALWAYS, back)) == {3: 0, 2: 1, 1: 2, 4: 2}


def test_a_latency_longer_than_the_time_between_two_contacts_breaks_the_chain() -> None:
    stays = stays_of([(1, 1, 30, 50), (2, 1, 30, 50), (2, 2, 60, 90), (3, 2, 60, 90)])

    def reached(latency: int) -> list[int]:
        rules = RingRules(minutes=15, depth=2, latency=latency * MINUTE)
        return rings_of(stays, integers([1]), ALWAYS, rules).person.tolist()

    assert reached(30) == [1, 2, 3]
    assert reached(31) == [1, 2]


@pytest.mark.parametrize("index", [[], [99]])
def test_an_index_person_without_stays_reaches_nobody(index: list[int]) -> None:
    stays = stays_of([(1, 0, 0, 20), (2, 0, 0, 20)])
    assert len(rings_of(stays, integers(index), ALWAYS)) == 0
    assert len(rings_of(stays_of([]), integers(index), ALWAYS)) == 0


def test_rules_say_what_they_are_unless_told() -> None:
    assert msgspec.to_builtins(RingRules())["minutes"] == 15
