"""Rules of the territory that a plan sets: levels, codes, sizes, fixes, time to acknowledge.

The table `[grids]` of a plan file. What is left out asks nothing.
"""

from __future__ import annotations

from typing import Annotated, Literal

import msgspec

from hub.sites.domain import GridKind, Name

Count = Annotated[int, msgspec.Meta(ge=0)]
Seconds = Annotated[float, msgspec.Meta(gt=0)]

FIXES: dict[str, tuple[str, ...]] = {
    "none": (),
    # 五定, requirement GR-14: area, staff, duty, task, reward and penalty
    "five": ("area", "staff", "duty", "task", "reward_penalty"),
    # 七定, requirement GR-14
    "seven": (
        "leaders_to_points",
        "everyones_duty",
        "place_of_supervision",
        "graded_inspection",
        "training_by_post",
        "information_at_fixed_times",
        "reward_penalty",
    ),
}


class SizeRule(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How large grids of a level (the root is 0) and kind should be; outside of it is a warning.

    `grids` bounds how many grids lie right within. A bound left out is none.
    """

    level: Count | None = None
    kind: GridKind | None = None
    households_min: Count | None = None
    households_max: Count | None = None
    people_min: Count | None = None
    people_max: Count | None = None
    grids_min: Count | None = None
    grids_max: Count | None = None
    source: str


class GridRules(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What a plan asks of the territory.

    `levels`: the names of the levels, from the root; none: the site file's own. `codes`: how leaf
    grids are numbered. `sizes`: warnings. `fixes`: what must be settled before a grid goes live.
    `acknowledge_*_s`: how long a case may wait for its warden before the stand-in gets it
    (requirement GR-11, ours: 5 minutes and 4 hours). `blank_hours`: how long a blank area may last
    before it is a violation (requirement GR-06; ours: until the next night's check).
    """

    levels: list[Name] = []
    codes: Literal["free", "six_digit"] = "free"
    sizes: list[SizeRule] = []
    fixes: Literal["none", "five", "seven"] = "none"
    acknowledge_emergency_s: Seconds = 300
    acknowledge_other_s: Seconds = 14_400
    blank_hours: Seconds = 24
    source: dict[str, str] = {}

    def acknowledge_s(self, grade: str) -> float:
        """How long a case of that grade may wait for its owner."""
        return self.acknowledge_emergency_s if grade == "emergency" else self.acknowledge_other_s


NO_RULES = GridRules()
