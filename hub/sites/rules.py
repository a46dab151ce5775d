"""Rules of the territory that a plan sets: levels, codes, sizes, fixes, time to acknowledge.

The table `[grids]` of a plan file. What is left out asks nothing.
"""

from __future__ import annotations

from typing import Annotated, Literal

import msgspec

from hub.sites.domain import Education, GridKind, Name, Role

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


class StaffRule(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How many of a role each grid of a level (the root is 0) and kind has.

    `per_households`: one more for each so many households beyond the first. `terminals`: how many
    terminals each of them has.
    """

    role: Role
    level: Count | None = None
    kind: GridKind | None = None
    at_least: Count = 1
    at_most: Count | None = None
    per_households: Annotated[int, msgspec.Meta(ge=1)] | None = None
    terminals: Count = 0
    source: str


class Eligibility(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What a member of a leaf grid must be; what is left out asks nothing."""

    education: Education | None = None
    real_name: bool = False
    contract: bool = False
    warn_days: Count = 30  # ours: how long before its end a contract is told of
    source: str


class GridRules(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What a plan asks of the territory.

    `levels`: the names of the levels, from the root; none: the site file's own. `codes`: how leaf
    grids are numbered. `sizes`: warnings. `fixes`: what must be settled before a grid goes live.
    `acknowledge_*_s`: how long a case may wait for its warden before the stand-in gets it
    (requirement GR-11, ours: 5 minutes and 4 hours). `blank_hours`: how long a blank area may last
    before it is a violation (requirement GR-06; ours: until the next night's check).
    `staff`: how many of each role a grid has (requirement GR-19). `eligibility`: what its members
    must be (requirement GR-20).
    """

    levels: list[Name] = []
    codes: Literal["free", "six_digit"] = "free"
    sizes: list[SizeRule] = []
    fixes: Literal["none", "five", "seven"] = "none"
    acknowledge_emergency_s: Seconds = 300
    acknowledge_other_s: Seconds = 14_400
    blank_hours: Seconds = 24
    staff: list[StaffRule] = []
    eligibility: Eligibility | None = None
    source: dict[str, str] = {}

    def acknowledge_s(self, grade: str) -> float:
        """How long a case of that grade may wait for its owner."""
        return self.acknowledge_emergency_s if grade == "emergency" else self.acknowledge_other_s


NO_RULES = GridRules()
