"""Units: what the register's entries amount to. Pure; times are int64 microseconds UTC."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import Any, Literal

import msgspec

from edge.wire import Micros
from hub.sourced import Source, Standing, standing
from hub.units.abilities import Acceptance, acceptance
from hub.units.rules import KEY, Paper, UnitClass, UnitRules

Aspect = Literal["class", "managers", "equipment", "paper", "abilities"]
Item = tuple[str, str]  # aspect, and which of it


class UnitEntry(msgspec.Struct, frozen=True, kw_only=True):
    """One line of a unit's register: never changed, only followed by another."""

    unit: str
    aspect: Aspect
    item: str = ""
    source: Source
    data: dict[str, Any]
    note: str = ""
    actor: str
    at: Micros


class UnitRecord(msgspec.Struct, frozen=True, kw_only=True):
    """What is known of one unit, and what the plan makes of it.

    `missing_papers` are those that the plan wants and that are not there or have run out.
    """

    unit: str
    unit_class: UnitClass | None
    regulator: str | None
    items: dict[Item, Standing[UnitEntry]]
    managers_filed: bool
    equipment_filed: bool
    missing_papers: tuple[Paper, ...]
    acceptance: Acceptance
    updated: Micros | None

    @property
    def key(self) -> bool:
        """Whether it is a key unit."""
        return self.unit_class in KEY

    @property
    def filed(self) -> bool:
        """Whether managers and fire equipment are filed (SE-14)."""
        return self.managers_filed and self.equipment_filed

    @property
    def open(self) -> bool:
        """Whether design or fire papers are missing (SE-28)."""
        return bool(self.missing_papers)

    def holds(self, aspect: Aspect, item: str = "") -> UnitEntry | None:
        """The entry that counts."""
        found = self.items.get((aspect, item))
        return None if found is None else found.holds


def record(unit: str, entries: Iterable[UnitEntry], rules: UnitRules, today: date) -> UnitRecord:
    """Fold a unit's entries, oldest first; papers are judged on the day `today`."""
    mine = [entry for entry in entries if entry.unit == unit]
    items = standing(mine, lambda entry: (str(entry.aspect), entry.item))
    held = {key: found.holds for key, found in items.items()}
    told = held.get(("class", ""))
    unit_class: UnitClass | None = None if told is None else told.data["class"]
    return UnitRecord(
        unit=unit,
        unit_class=unit_class,
        regulator=rules.regulator(unit_class),
        items=items,
        managers_filed=_managers(held.get(("managers", "")), rules),
        equipment_filed=_equipment(held.get(("equipment", ""))),
        missing_papers=tuple(
            paper for paper in rules.papers if not _valid(held.get(("paper", paper)), today)
        ),
        acceptance=acceptance([entry.data for entry in mine if entry.aspect == "abilities"]),
        updated=max((entry.at for entry in mine), default=None),
    )


def records(
    units: Iterable[str], entries: Iterable[UnitEntry], rules: UnitRules, today: date
) -> list[UnitRecord]:
    """The record of each unit, in their order; one without entries has an empty one."""
    by_unit: dict[str, list[UnitEntry]] = {}
    for entry in entries:
        by_unit.setdefault(entry.unit, []).append(entry)
    return [record(unit, by_unit.get(unit, ()), rules, today) for unit in units]


class Filing(msgspec.Struct, frozen=True):
    """How many key units there are and have been filed; the aim is all of them."""

    key: int
    managers: int
    equipment: int
    both: int

    @property
    def share(self) -> float | None:
        """Of key units, those with both, 0 to 1; None if there is no key unit."""
        return self.both / self.key if self.key else None


def filing(found: Iterable[UnitRecord]) -> Filing:
    """The filing of key units (SE-14; target 100 %, 002:L489)."""
    keys = [one for one in found if one.key]
    return Filing(
        len(keys),
        sum(one.managers_filed for one in keys),
        sum(one.equipment_filed for one in keys),
        sum(one.filed for one in keys),
    )


def _managers(entry: UnitEntry | None, rules: UnitRules) -> bool:
    if entry is None:
        return False
    posts = {one["post"] for one in entry.data["people"]}
    return posts.issuperset(rules.managers) and bool(posts)


def _equipment(entry: UnitEntry | None) -> bool:
    return entry is not None and any(one["count"] > 0 for one in entry.data["items"])


def _valid(entry: UnitEntry | None, today: date) -> bool:
    if entry is None or not entry.data.get("number"):
        return False
    until = entry.data.get("until")
    return until is None or date.fromisoformat(until) >= today
