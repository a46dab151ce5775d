"""Known: what the hub knows itself of a file's subject, out of other registers. Pure.

Distances are metres.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from math import hypot
from typing import Literal

import msgspec

from hub.evacuation.domain import Total
from hub.files.domain import Fact, Facts
from hub.files.rules import FileRules, KnownPart
from hub.files.subjects import Subject
from hub.sites.coverage import locate
from hub.sites.domain import Device, Place, SiteDocument, Unit, grid_path
from hub.sourced import Standing
from hub.units.domain import Aspect, UnitRecord, record
from hub.units.rules import NO_UNIT_RULES

# Of what is no unit, or of a unit that nobody has written about.
_NO_RECORD = record("", (), NO_UNIT_RULES, date.min)


class Near(msgspec.Struct, frozen=True):
    """A hydrant and how far it is."""

    device: str
    metres: float


class Surroundings:
    """Answers what lies where, of one site document; made once, asked for many subjects."""

    def __init__(
        self,
        document: SiteDocument,
        rules: FileRules,
        units: Mapping[str, UnitRecord],
        totals: Mapping[str, Standing[Total]],
    ) -> None:
        self._document = document
        self._rules = rules
        self._units = units
        self._totals = totals
        self._inside: dict[str, list[Place]] = {}
        for place in document.places:
            if place.building is not None:
                self._inside.setdefault(place.building, []).append(place)
        self._grid_of_place = locate(document, "place")
        self._grid_of_device = locate(document, "device")
        self._grid_of_unit = locate(document, "unit")
        self._parents = {grid.code: grid.parent for grid in document.grids}
        self._hydrants = [one for one in document.devices if one.kind == "hydrant"]
        self._residents: dict[str, int] = {}
        for household in document.households:
            self._residents[household.id] = household.people
            if household.building is not None:
                before = self._residents.get(household.building, 0)
                self._residents[household.building] = before + household.people

    def facts(self, subject: Subject) -> Facts:
        """What is there of the parts of its kind that nobody has to write."""
        parts = self._rules.kinds[subject.kind].parts.values()
        return {part.known: self._fact(part.known, subject) for part in parts if part.known}

    def _fact(self, known: KnownPart, subject: Subject) -> Fact:
        record = self._units.get(subject.id, _NO_RECORD)
        match known:
            case "devices":
                return Fact(bool(self.devices(subject)))
            case "hydrants":
                return Fact(bool(self.hydrants(subject)))
            case "residents":
                return Fact(self.residents(subject) > 0)
            case "people_to_help":
                total = self.total(subject)
                held = None if total is None else total.holds
                return Fact(held is not None, None if held is None else held.at)
            case "class":
                return Fact(record.unit_class is not None, _at(record, "class"))
            case "managers":
                return Fact(record.managers_filed, _at(record, "managers"))
            case "equipment":
                return Fact(record.equipment_filed, _at(record, "equipment"))
            case "papers":
                return Fact(record is not _NO_RECORD and not record.open)

    def devices(self, subject: Subject) -> list[Device]:
        """The devices that watch it."""
        inside = self.places(subject)
        return [device for device in self._document.devices if device.place in inside]

    def places(self, subject: Subject) -> set[str]:
        """The places in it: of a building, of a unit's or household's floor, of a yard's grid."""
        if subject.kind == "yard":
            return {one for one, grid in self._grid_of_place.items() if grid == subject.id}
        if subject.building is None:
            return set()
        return {
            place.id
            for place in self._inside.get(subject.building, ())
            if subject.kind == "building" or place.floor == subject.floor
        }

    def hydrants(self, subject: Subject) -> list[Near]:
        """The hydrants that serve it, the nearest first."""
        near = [
            Near(one.id, hypot(one.at[0] - subject.at[0], one.at[1] - subject.at[1]))
            for one in self._hydrants
        ]
        within = [one for one in near if one.metres <= self._rules.hydrant_m]
        return sorted(within, key=lambda one: (one.metres, one.device))

    def path_of(self, what: Literal["place", "device", "unit"], id_: str) -> tuple[str, ...]:
        """The grids of a thing from the root down; none if it lies outside of the site."""
        homes = {
            "place": self._grid_of_place,
            "device": self._grid_of_device,
            "unit": self._grid_of_unit,
        }
        code = homes[what].get(id_)
        return () if code is None else grid_path(self._parents, code)

    def residents(self, subject: Subject) -> int:
        """How many live in it; of a building, in all its households."""
        return self._residents.get(subject.id, 0)

    def units(self, subject: Subject) -> list[Unit]:
        """The units in a building."""
        if subject.kind != "building":
            return []
        return [unit for unit in self._document.units if unit.building == subject.id]

    def total(self, subject: Subject) -> Standing[Total] | None:
        """People needing help in an evacuation of its building, as totals."""
        return self._totals.get(subject.building or "")

    def record(self, unit: str) -> UnitRecord | None:
        """What the register has on a unit."""
        return self._units.get(unit)


def _at(record: UnitRecord, aspect: Aspect) -> int | None:
    found = record.items.get((aspect, ""))
    return None if found is None else found.newest
