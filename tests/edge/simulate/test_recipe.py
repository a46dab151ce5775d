"""A second world has other mains and other rates, by the same code."""

from __future__ import annotations

from pathlib import Path

import pytest

from edge.simulate.recipe import FIRST, RECIPES, SECOND, Recipe
from edge.simulate.truth import truth
from edge.simulate.world import build_world


@pytest.mark.parametrize("recipe", RECIPES.values(), ids=list(RECIPES))
def test_shares_add_up_and_troubles_end_before_their_target_has_the_next(recipe: Recipe) -> None:
    rates = recipe.rates
    assert sum(rate.share for rate in rates.causes.values()) == pytest.approx(1)
    assert max(rate.lasts[1] for rate in rates.causes.values()) < 2 * rates.slot_s


def test_the_second_world_is_another_one_and_agrees_with_its_cache(
    tmp_path: Path, morning: int
) -> None:
    world = build_world(2, tmp_path, SECOND)
    other = build_world(2, tmp_path, FIRST)
    assert len(list(tmp_path.iterdir())) == 2
    assert world.hydraulics.solution.standing.min() > 0.2
    assert truth(world, morning, 3600) != truth(other, morning, 3600)
    assert truth(build_world(2, tmp_path, SECOND), morning, 3600) == truth(world, morning, 3600)
