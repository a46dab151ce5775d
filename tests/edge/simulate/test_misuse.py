from __future__ import annotations

from edge.simulate.clock import SECOND
from edge.simulate.misuse import cards_shown, misuses_between
from edge.simulate.people import strangers_card
from edge.simulate.run import Run
from edge.simulate.world import World

HOUR = 3600 * SECOND


def test_the_first_minutes_are_without_misuse_and_each_kind_comes_within_an_hour() -> None:
    hour = misuses_between(7, 0, HOUR)
    assert min(misuse.start for misuse in hour) >= 240 * SECOND
    assert len({misuse.kind for misuse in hour}) == 7
    starts = [misuse.start for misuse in hour]
    assert starts == sorted(starts)


def test_what_shows_at_a_moment_does_not_depend_on_how_one_asks() -> None:
    whole = misuses_between(7, 0, 10 * HOUR)
    for minute in range(0, 600, 7):
        at = minute * 60 * SECOND
        shown = [misuse for misuse in whole if misuse.start <= at <= misuse.end]
        assert misuses_between(7, at, at) == shown


def test_nobody_on_the_campus_holds_a_card_that_is_misused(world: World) -> None:
    strangers = {strangers_card(number) for number in range(10_000)}
    assert len(strangers) == 10_000
    assert not strangers & set(world.people.cards)
    assert {len(card) for card in strangers} == {10}


def test_a_door_that_is_held_was_opened_by_a_guard_on_the_way_out(
    world: World, morning: int
) -> None:
    run = Run(world, morning)
    held = [one for one in run.doors.misuses(0, 8 * HOUR) if one.kind == "held_open"]
    assert len(held) >= 8
    for misuse in held:
        opens, closes = run.doors.held(misuse)
        spans = run.doors.open_spans(opens - SECOND, closes + SECOND)
        mine = (spans.door == misuse.door) & (spans.opens == opens)
        assert spans.closes[mine].tolist() == [closes]
        late = run.doors.open_spans(closes - SECOND, closes)
        assert ((late.door == misuse.door) & (late.opens == opens)).sum() == 1
        swipes = run.door_swipes(opens - 2 * SECOND, opens)
        out = 2 * (len(world.rooms.visited) + misuse.door) + 1
        assert (swipes.reader == out).sum() == 1


def test_no_misuse_is_near_a_forced_opening_of_the_same_door(world: World, morning: int) -> None:
    run = Run(world, morning)
    for misuse in run.doors.misuses(0, 24 * HOUR):
        forced = run.doors.forced(misuse.start - 60 * SECOND, misuse.end)
        assert all(one.target != misuse.door for one in forced)


def test_a_cloned_card_is_far_away_within_seconds(world: World, morning: int) -> None:
    at = {device.id: device.at for device in world.devices}
    run = Run(world, morning)
    cloned = [one for one in run.doors.misuses(0, 24 * HOUR) if one.kind == "cloned_card"]
    for misuse in cloned:
        here, there = run.shown(misuse)
        (x, y), (u, v) = at[world.readers[here.reader]], at[world.readers[there.reader]]
        assert abs(x - u) + abs(y - v) > 300
        assert there.time - here.time == 5 * SECOND


def test_any_cut_of_time_shows_the_same_swipes(world: World, morning: int) -> None:
    run = Run(world, morning)
    whole = run.misused_swipes(-1, 2 * HOUR)
    parts = [
        swipe
        for start in range(0, 2 * HOUR, 60 * SECOND)
        for swipe in run.misused_swipes(start - 1, start + 60 * SECOND - 1)
    ]
    assert sorted(parts, key=lambda one: one.time) == sorted(whole, key=lambda one: one.time)
    kinds = {swipe.reason for swipe in whole}
    assert {"duress", "denied-lockout", "denied-unknown-credential", ""} <= kinds
    assert cards_shown(misuses_between(7, 0, HOUR)[0], ((0.0, 0.0),)) == []
