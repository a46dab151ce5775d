"""Contacts: minutes added up, bounds, lingering; against the obvious sums and the real building."""

from __future__ import annotations

from collections import defaultdict

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from hub.tracing.columns import StayColumns, integers
from hub.tracing.contacts import (
    Contacts,
    Window,
    all_encounters,
    contacts_of,
    encounters_of,
    lingering,
)
from hub.tracing.places import PlaceRules
from hub.tracing.stays import OverLong, fold_stays
from tests.hub.tracing.make import MINUTE, stays_of, swipes_of, vast, worlds

ALWAYS = Window(-(2**60), 2**60)


def minutes(contacts: Contacts) -> dict[tuple[int, int], tuple[float, float, float]]:
    return {
        (person, other): (least / MINUTE, likely / MINUTE, most / MINUTE)
        for person, other, least, likely, most in zip(
            contacts.person.tolist(),
            contacts.other.tolist(),
            contacts.least.tolist(),
            contacts.likely.tolist(),
            contacts.most.tolist(),
            strict=True,
        )
    }


@settings(max_examples=300, deadline=None)
@given(worlds(), st.integers(0, 6), st.tuples(st.integers(0, 20), st.integers(0, 60)))
def test_minutes_are_those_of_adding_up_every_two_stays(
    stays: StayColumns, least: int, window: tuple[int, int]
) -> None:
    """EP-03 in part"""
    between = Window(window[0] * MINUTE, max(window) * MINUTE)
    sums: dict[tuple[int, int], int] = defaultdict(int)
    for one in range(len(stays)):
        for other in range(len(stays)):
            begins = max(stays.start[one], stays.start[other], between.start)
            ends = min(stays.end[one], stays.end[other], between.end)
            if stays.place[one] == stays.place[other] and ends > begins:
                sums[int(stays.person[one]), int(stays.person[other])] += int(ends - begins)
    wanted = {
        pair: total
        for pair, total in sums.items()
        if pair[0] != pair[1] and total >= least * MINUTE
    }
    mine = encounters_of(stays, integers([0, 1]), between)
    found = contacts_of(stays, mine, minutes=least)
    told = dict(zip(zip(found.person.tolist(), found.other.tolist(), strict=True),
                    found.likely.tolist(), strict=True))  # fmt: skip
    assert told == {pair: total for pair, total in wanted.items() if pair[0] in (0, 1)}
    every = contacts_of(stays, all_encounters(stays, between), minutes=0)
    pairs = list(zip(every.person.tolist(), every.other.tolist(), strict=True))
    once: dict[tuple[int, ...], int] = defaultdict(int)
    for pair, total in zip(pairs, every.likely.tolist(), strict=True):
        once[tuple(sorted(pair))] += total
    assert once == {tuple(sorted(p)): t for p, t in sums.items() if p[0] != p[1]}


def test_minutes_add_up_and_the_longest_stands_first() -> None:
    stays = stays_of(
        [
            (1, 0, 0, 10),
            (2, 0, 0, 10),
            (1, 1, 20, 40),
            (2, 1, 30, 60),
            (3, 1, 20, 36),
            (1, 0, 50, 60),
        ]
    )
    found = contacts_of(stays, encounters_of(stays, integers([1]), ALWAYS), minutes=15)
    assert minutes(found) == {(1, 2): (20, 20, 20), (1, 3): (16, 16, 16)}
    assert found.other.tolist() == [2, 3]
    assert found.meetings.tolist() == [2, 1]
    assert (found.first.tolist(), found.last.tolist()) == (
        [0, 20 * MINUTE],
        [40 * MINUTE, 36 * MINUTE],
    )


def test_entry_only_readers_give_bounds_instead_of_a_time() -> None:
    """EP-03 in part"""
    swipes = swipes_of([(0, 1, 0, 0), (40, 1, 1, 0), (10, 2, 0, 0), (100, 2, 1, 0)])
    rules = PlaceRules.alike(2, typical=25 * MINUTE)
    stays, _ = fold_stays(swipes, rules)
    found = contacts_of(stays, encounters_of(stays, integers([1]), ALWAYS), minutes=15)
    assert minutes(found) == {(1, 2): (0, 15, 30)}
    surely = encounters_of(stays, integers([1]), ALWAYS)
    assert len(contacts_of(stays, surely, minutes=15, measure="least")) == 0
    assert len(contacts_of(stays, surely, minutes=30, measure="most")) == 1


def test_presence_after_the_other_left_is_no_contact_and_told_apart() -> None:
    """EP-03 in part"""
    stays = stays_of(
        [(1, 0, 0, 30), (2, 0, 40, 100), (3, 0, 20, 50), (4, 0, 95, 120), (5, 1, 31, 60)]
    )
    assert contacts_of(stays, encounters_of(stays, integers([1]), ALWAYS), minutes=0).other == [3]
    after = lingering(stays, integers([1]), ALWAYS, within=60 * MINUTE)
    told = {
        int(stays.person[other]): (start / MINUTE, end / MINUTE)
        for other, start, end in zip(
            after.other.tolist(), after.start.tolist(), after.end.tolist(), strict=True
        )
    }
    assert told == {2: (40, 90), 3: (30, 50)}


def fold_vast(over_long: OverLong) -> tuple[StayColumns, list[str]]:
    swipes, cards, places = vast()
    until = int(swipes.time.max()) if over_long == "cut" else None
    stays, counts = fold_stays(
        swipes, PlaceRules.alike(len(places)), over_long=over_long, until=until
    )
    assert counts.swipes == len(swipes)
    assert counts.paired == counts.denied == counts.missing_exits == counts.missing_entries == 0
    return stays, cards


def test_the_building_when_over_long_stays_are_dropped() -> None:
    """EP-03 in part: VAST 2016, card eminto001."""
    stays, cards = fold_vast("drop")
    index = cards.index("eminto001")
    found = contacts_of(stays, encounters_of(stays, integers([index]), ALWAYS), minutes=15)
    assert len(found) == 72
    assert cards[found.other[0]] == "wreynoso001"
    assert found.likely[0] == 4664 * MINUTE
    assert (np.diff(found.likely) <= 0).all()
    assert (found.least == 0).all()


def test_the_building_when_over_long_stays_are_cut() -> None:
    """EP-03 in part: VAST 2016, card eminto001."""
    stays, cards = fold_vast("cut")
    index = cards.index("eminto001")
    assert len(contacts_of(stays, encounters_of(stays, integers([index]), ALWAYS))) == 121
