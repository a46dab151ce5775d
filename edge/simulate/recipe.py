"""Recipe: what two simulated worlds may differ in beside their seed, the mains and the rates.

Rules are tuned on the first world only; the second shows whether they hold elsewhere.
"""

from __future__ import annotations

from typing import NamedTuple

from edge.simulate.troubles import FREQUENT, Rate, Rates
from edge.simulate.waterworks import NET3, Mains


class Recipe(NamedTuple):
    """The mains that the hydrants hang on, and how often what goes wrong for how long."""

    name: str
    mains: Mains
    rates: Rates


FIRST = Recipe("first", NET3, FREQUENT)

# Ours: leaks and silence more often and longer, doors and kitchens less, all of it rarer.
_LONGER = Rates(
    slot_s=300,
    within_s=120,
    causes={
        "burst": Rate(0.07, (90, 420)),
        "theft": Rate(0.09, (75, 300)),
        "hose": Rate(0.08, (60, 240)),
        "leak": Rate(0.14, (90, 500)),
        "closed_valve": Rate(0.10, (80, 420)),
        "fire": Rate(0.08, (25, 240)),
        "cooking": Rate(0.12, (12, 60)),
        "fault": Rate(0.12, (40, 400)),
        "shutdown": Rate(0.12, (40, 500)),
        "forced_entry": Rate(0.08, (6, 90)),
    },
)

# Kentucky's network 4: 959 junctions between 151 and 217 m, of which it has its own street levels.
SECOND = Recipe("second", Mains("ky4", at_street_level=True), _LONGER)

# Ours: as in life, where a desk sees a trouble every few hours; what a desk's load is judged by.
CALM = Recipe("calm", NET3, Rates(7200, 3600, FREQUENT.causes, misused_every_s=3600))

RECIPES = {recipe.name: recipe for recipe in (FIRST, SECOND, CALM)}
