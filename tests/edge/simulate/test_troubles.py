from __future__ import annotations

from itertools import pairwise

import pytest

from edge.simulate.clock import SECOND
from edge.simulate.troubles import AFTERMATH, Cause, Troubles
from edge.simulate.world import World


def test_the_first_forty_five_seconds_show_every_kind(world: World) -> None:
    causes = {t.cause for t in world.troubles.between(0, 45 * SECOND) if t.start < 45 * SECOND}
    assert {"fire", "cooking", "burst", "theft", "closed_valve"} <= causes
    assert {"shutdown", "forced_entry"} <= causes


def test_later_one_trouble_starts_every_two_to_four_minutes_forever(world: World) -> None:
    for start in (600, 1_000_000):
        shown = world.troubles.between(start * SECOND, (start + 7200) * SECOND)
        begun = [t.start for t in shown if t.cause != "fire_flow"]  # these come with their fire
        gaps = [(b - a) / SECOND for a, b in pairwise(begun)]
        assert len(gaps) > 35
        assert min(gaps) >= 120
        assert max(gaps) <= 240


def test_a_device_is_well_again_before_its_next_trouble(world: World) -> None:
    until: dict[tuple[str, int], int] = {}
    for trouble in world.troubles.between(0, 20 * 3600 * SECOND):
        key = (trouble.cause, trouble.target)
        assert trouble.start > until.get(key, -AFTERMATH) + AFTERMATH
        until[key] = trouble.end


def test_every_cause_comes_up_within_some_hours(world: World) -> None:
    drawn = world.troubles.between(600 * SECOND, 8 * 3600 * SECOND)
    assert {trouble.cause for trouble in drawn} == {
        *("burst", "theft", "hose", "leak", "closed_valve"),
        *("fire", "cooking", "fault", "shutdown", "forced_entry", "fire_flow"),
    }


def test_the_brigade_draws_near_a_fire_and_while_it_burns_or_soon_after(world: World) -> None:
    shown = world.troubles.between(600 * SECOND, 8 * 3600 * SECOND)
    fires = [trouble for trouble in shown if trouble.cause == "fire"]
    flows = [trouble for trouble in shown if trouble.cause == "fire_flow"]
    assert flows
    for flow in flows:
        assert any(flow.start == fire.start + 20 * SECOND for fire in fires)


def test_what_shows_at_a_moment_does_not_depend_on_how_one_asks(world: World) -> None:
    whole = world.troubles.between(0, 3600 * SECOND)
    at = 1800 * SECOND
    assert set(world.troubles.between(at, at)) <= set(whole)


def test_too_few_targets_are_refused() -> None:
    targets: dict[Cause, list[int]] = {"burst": [1, 2]}
    with pytest.raises(ValueError, match="no three targets for burst"):
        Troubles(7, targets)
