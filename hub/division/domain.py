"""Division: how two divisions of a territory differ, and what may take effect of a proposal."""

from __future__ import annotations

from collections.abc import Sequence
from hashlib import sha256
from typing import Literal

import msgspec

from hub.sites.domain import Contract, Duty, Grid, Holding, Name, Person, Point, SiteDocument

What = Literal["added", "removed", "redrawn", "moved", "changed", "held", "contracted"]


class Division(msgspec.Struct, frozen=True, kw_only=True):
    """The parts of a site that a proposal changes; devices and places are none of it."""

    levels: list[Name]
    grids: list[Grid]
    people: list[Person]
    holdings: list[Holding]
    duties: list[Duty] = []
    contracts: list[Contract] = []

    def fingerprint(self) -> bytes:
        """The same for the same division, whatever the order of its entries."""
        ordered = msgspec.structs.replace(
            self,
            grids=sorted(self.grids, key=lambda one: one.code),
            people=sorted(self.people, key=lambda one: one.id),
            holdings=sorted(self.holdings, key=lambda one: one.grid),
            duties=sorted(self.duties, key=lambda one: one.id),
            contracts=sorted(self.contracts, key=lambda one: one.grid),
        )
        whole = msgspec.json.decode(msgspec.json.encode(ordered), type=Division)
        return sha256(msgspec.json.encode(whole, order="deterministic")).digest()


class Change(msgspec.Struct, frozen=True):
    """What becomes of one grid."""

    grid: str
    what: What


def division_of(document: SiteDocument) -> Division:
    """The division in a site document."""
    return Division(
        levels=document.levels,
        grids=document.grids,
        people=document.people,
        holdings=document.holdings,
        duties=document.duties,
        contracts=document.contracts,
    )


def with_division(document: SiteDocument, division: Division) -> SiteDocument:
    """The document with another division; all else stays."""
    return msgspec.structs.replace(
        document,
        levels=division.levels,
        grids=division.grids,
        people=division.people,
        holdings=division.holdings,
        duties=division.duties,
        contracts=division.contracts,
    )


def grid_changes(old: Division, new: Division) -> list[Change]:
    """Which grids differ, by code: new ones, lost ones, other borders, parents or kinds."""
    before = {grid.code: grid for grid in old.grids}
    after = {grid.code: grid for grid in new.grids}
    found: list[Change] = []
    for code in sorted(before | after):
        was, becomes = before.get(code), after.get(code)
        if was is None:
            found.append(Change(code, "added"))
        elif becomes is None:
            found.append(Change(code, "removed"))
        else:
            found += [Change(code, what) for what in _between(was, becomes)]
    return found


def holder_changes(old: Division, new: Division) -> list[Change]:
    """The grids that both have and that get another holder, or are contracted by others."""
    both = {grid.code for grid in old.grids} & {grid.code for grid in new.grids}
    held = _differ(old.holdings, new.holdings, both)
    contracted = _differ(old.contracts, new.contracts, both)
    return [
        *(Change(code, "held") for code in held),
        *(Change(code, "contracted") for code in contracted),
    ]


def _differ(
    old: Sequence[Holding] | Sequence[Contract],
    new: Sequence[Holding] | Sequence[Contract],
    codes: set[str],
) -> list[str]:
    before, after = {one.grid: one for one in old}, {one.grid: one for one in new}
    return [code for code in sorted(codes) if before.get(code) != after.get(code)]


def _between(was: Grid, becomes: Grid) -> list[What]:
    found: list[What] = []
    if _open(was.boundary) != _open(becomes.boundary):
        found.append("redrawn")
    if was.parent != becomes.parent:
        found.append("moved")
    plain = ("kind", "live", "building", "floor")
    if any(getattr(was, name) != getattr(becomes, name) for name in plain):
        found.append("changed")
    return found


def _open(ring: list[Point]) -> list[Point]:
    return ring[:-1] if ring[0] == ring[-1] else ring
