"""Compare: a proposal with the division before and after it, and what it would bring."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping, Sequence

from hub.division.domain import Division, division_of, with_division
from hub.division.proposals import Proposal
from hub.division.sight import Seen
from hub.division.views import GridSide, ProposalFile, ProposalView, WarningView
from hub.sites.check import check
from hub.sites.domain import Grid, Holding, SiteDocument, grid_path
from hub.sites.history import territory_at
from hub.sites.problem import Problem
from hub.sites.rules import GridRules
from hub.sites.sizes import warn
from hub.views import PersonRef, name_view
from hub.wiring import Connection


async def proposal_file(
    conn: Connection,
    document: SiteDocument,
    filed: Proposal,
    rules: GridRules,
    view: Callable[[Proposal], ProposalView],
    person: Callable[[str], PersonRef],
    seen: Seen,
) -> ProposalFile:
    """Both sides of a proposal, and of an open one its findings; of grids that are known."""
    waits = filed.state == "proposed"
    before = division_of(document) if waits else await _then(conn, filed, document)
    stale = waits and before.fingerprint() != filed.base
    found: list[Problem] = []
    if waits and not stale:
        # In a thread: of a town it takes a while, and the streams share this one.
        found = await asyncio.to_thread(_brought, document, filed.division, rules)
    return ProposalFile(
        proposal=view(filed),
        before=_sides(before.grids, before.holdings, person, seen),
        after=_sides(filed.division.grids, filed.division.holdings, person, seen),
        findings=[
            WarningView(kind=one.kind, grid=one.grid, subject=one.subject, text=one.text)
            for one in found
            if seen.has(one.grid)
        ],
        stale=stale,
    )


def _brought(document: SiteDocument, division: Division, rules: GridRules) -> list[Problem]:
    """Problems of the changed site, else its warnings that the present one has not."""
    changed = with_division(document, division)
    problems = check(changed, rules)
    if problems:
        return problems
    known = {warning.text for warning in warn(document, rules)}
    return [warning for warning in warn(changed, rules) if warning.text not in known]


async def _then(conn: Connection, filed: Proposal, document: SiteDocument) -> Division:
    """The division that was in force when the proposal was made."""
    then = (await territory_at(conn, filed.proposed)).values()
    return Division(
        levels=document.levels,
        grids=[one.grid for one in then],
        people=[],
        holdings=[one.holding for one in then if one.holding is not None],
    )


def _sides(
    grids: Sequence[Grid],
    holdings: Sequence[Holding],
    person: Callable[[str], PersonRef],
    seen: Seen,
) -> list[GridSide]:
    parents = {grid.code: grid.parent for grid in grids}
    inner = set(parents.values())
    held = {holding.grid: holding for holding in holdings}
    return [
        _side(grid, parents, inner, held.get(grid.code), person)
        for grid in grids
        if seen.knows(grid.code)
    ]


def _side(
    grid: Grid,
    parents: Mapping[str, str | None],
    inner: set[str | None],
    holding: Holding | None,
    person: Callable[[str], PersonRef],
) -> GridSide:
    stand_in = None if holding is None else holding.stand_in
    return GridSide(
        code=grid.code,
        parent=grid.parent,
        level=len(grid_path(dict(parents), grid.code)) - 1,
        leaf=grid.code not in inner,
        name=name_view(grid.name),
        kind=grid.kind,
        live=grid.live,
        building=grid.building,
        floor=grid.floor,
        boundary=grid.boundary,
        warden=None if holding is None else person(holding.warden),
        stand_in=None if stand_in is None else person(stand_in),
    )
