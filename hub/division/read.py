"""Read: the division as the page shows it, put together from the site, the roster and the cases.

Geometry runs in threads: of a town it takes a while, and the streams share this one.
"""

from __future__ import annotations

import asyncio
from collections.abc import Collection, Mapping

import msgspec
from fastapi import HTTPException
from psycopg.rows import DictRow

from edge.wire import Micros
from hub.directory import Directory
from hub.division.findings import case_paths, open_findings, reported_grids, violations
from hub.division.sight import Seen
from hub.division.views import (
    AnswerView,
    BlindView,
    DivisionProblems,
    FindingView,
    FixView,
    GridFile,
    GridLine,
    LoadView,
    NeighbourView,
    VersionView,
    ViolationView,
    WarningView,
)
from hub.roster.domain import Leave, Post, answerable
from hub.roster.store import is_direct, leaves_at
from hub.sites.adjacency import neighbours
from hub.sites.balance import balance
from hub.sites.blind import PERIOD_DAYS, blind_spots
from hub.sites.coverage import things_within
from hub.sites.domain import Grid, SiteDocument, grid_path, leaf_codes
from hub.sites.fixes import missing_fixes
from hub.sites.history import grid_history
from hub.sites.members import wardens_of_several
from hub.sites.rules import FIXES, GridRules
from hub.sites.sizes import Size, sizes, warn
from hub.sites.store import read_site
from hub.views import PersonRef, instant, name_view, person_view
from hub.wiring import Connection, Parts
from ingest import clock


async def site_in_force(conn: Connection) -> SiteDocument:
    """The loaded site.

    Raises:
        HTTPException: a 404 before the first load.
    """
    document = await read_site(conn)
    if document is None:
        raise HTTPException(404, "No site is loaded yet: run `gridwarden site load FILE`.")
    return document


async def grid_lines(
    conn: Connection, parts: Parts, document: SiteDocument, seen: Seen
) -> list[GridLine]:
    """Every grid that is known, in the document's order; what those above carry is not told."""
    size = await asyncio.to_thread(sizes, document)
    return [
        line if seen.has(line.code) else line.model_copy(update={"load": None, "missing_fixes": []})
        for line in await _lines(conn, parts, document, size)
        if seen.knows(line.code)
    ]


async def grid_file(
    conn: Connection, parts: Parts, document: SiteDocument, code: str, seen: Seen
) -> GridFile | None:
    """Everything about one grid; None if there is none of that code now, or not for who asks."""
    if not seen.has(code):
        return None
    size = await asyncio.to_thread(sizes, document)
    line = next(
        (one for one in await _lines(conn, parts, document, size) if one.code == code), None
    )
    if line is None:
        return None
    grids = {grid.code: grid for grid in document.grids}
    beside = await asyncio.to_thread(neighbours, document)
    return GridFile(
        grid=line,
        boundary=grids[code].boundary,
        neighbours=[
            NeighbourView(
                code=one.code,
                name=name_view(grids[one.code].name),
                border_m=one.border_m,
                above=one.above,
            )
            for one in beside[code]
            if seen.knows(one.code)
        ],
        devices=size[code].devices,
        building=grids[code].building,
        floor=grids[code].floor,
        fixes=_fixes(grids[code], line, parts.rules),
        history=[
            VersionView(
                kind=version.kind,
                id=version.id,
                valid_from=clock.moment(version.valid_from),
                valid_to=instant(version.valid_to),
                facts=version.facts,
            )
            for version in await grid_history(conn, code)
        ],
    )


async def division_problems(
    conn: Connection, parts: Parts, document: SiteDocument, seen: Seen
) -> DivisionProblems:
    """What is wrong with the grids that are one's own, in the division in force."""
    now = parts.clock()
    since = now - PERIOD_DAYS * clock.DAY
    held = {holding.grid for holding in document.holdings}
    mine = [one for one in document.holdings if seen.has(one.grid)]
    several = sorted(wardens_of_several(document).keys() & {one.warden for one in mine})
    warnings = await asyncio.to_thread(warn, document, parts.rules)
    grids = None if seen.everything else sorted(seen.own)
    rows, against = await open_findings(conn, grids), await violations(conn, grids)
    held_against = {row["finding"] for row in against if row["closed"] is None}
    blind = blind_spots(document, _live(parts, since), await reported_grids(conn, since))
    return DivisionProblems(
        findings=await asyncio.to_thread(_findings, document, rows, held_against),
        warnings=[
            WarningView(kind=one.kind, grid=one.grid, subject=one.subject, text=one.text)
            for one in warnings
            if seen.has(one.grid)
        ],
        several=[person_view(person, parts.directory) for person in several],
        without_member=[
            code for code in leaf_codes(document) if code not in held and seen.has(code)
        ],
        blind=[
            BlindView(grid=one.grid, lacks=list(one.lacks)) for one in blind if seen.has(one.grid)
        ],
        blind_days=PERIOD_DAYS,
        violations=[
            ViolationView.model_validate(
                {**row, "person": _ref_or_none(row["person"], parts.directory)}
            )
            for row in against
        ],
    )


def _findings(
    document: SiteDocument, rows: list[DictRow], held_against: Collection[int]
) -> list[FindingView]:
    return [
        FindingView.model_validate(
            {
                **row,
                "things": [
                    {"what": thing.what, "id": thing.id}
                    for thing in things_within(document, row["shape"])
                ],
                "violation": row["id"] in held_against,
            }
        )
        for row in rows
    ]


def _fixes(grid: Grid, line: GridLine, rules: GridRules) -> list[FixView]:
    wanted = FIXES[rules.fixes] if line.leaf else ()
    missing = set(line.missing_fixes)
    return [
        FixView(name=name, settled=name not in missing, text=grid.fixes.get(name, ""))
        for name in wanted
    ]


async def _lines(
    conn: Connection, parts: Parts, document: SiteDocument, size: Mapping[str, Size]
) -> list[GridLine]:
    now = parts.clock()
    leaves, direct = await leaves_at(conn, now), await is_direct(conn)
    load = balance(document, size, await case_paths(conn))
    parents = {grid.code: grid.parent for grid in document.grids}
    ends = set(leaf_codes(document))
    missing = missing_fixes(document, parts.rules)
    posts = _posts(document)
    away = {leave.person for leave in leaves}
    lines: list[GridLine] = []
    for grid in document.grids:
        path, post = grid_path(parents, grid.code), posts[grid.code]
        asked = [path[-1], path[0]] if direct else list(reversed(path))
        lines.append(
            GridLine(
                code=grid.code,
                parent=grid.parent,
                level=len(path) - 1,
                name=name_view(grid.name),
                kind=grid.kind,
                leaf=grid.code in ends,
                live=grid.live,
                missing_fixes=missing.get(grid.code, []),
                warden=_ref_or_none(post.warden, parts.directory),
                stand_in=_ref_or_none(post.stand_in, parts.directory),
                warden_away=post.warden in away,
                answers=_answer([posts[code] for code in asked], now, leaves, parts),
                load=LoadView.model_validate(msgspec.structs.asdict(load[grid.code])),
            )
        )
    return lines


def _posts(document: SiteDocument) -> dict[str, Post]:
    held = {holding.grid: holding for holding in document.holdings}
    return {
        grid.code: Post(
            grid=grid.code,
            warden=held[grid.code].warden if grid.code in held else None,
            stand_in=held[grid.code].stand_in if grid.code in held else None,
            live=grid.live,
        )
        for grid in document.grids
    }


def _answer(posts: list[Post], now: Micros, leaves: list[Leave], parts: Parts) -> AnswerView | None:
    answer = answerable(posts, now, leaves)
    if answer is None:
        return None
    return AnswerView(
        person=person_view(answer.person, parts.directory),
        grid=answer.grid,
        post=answer.post,
        reason=answer.reason,
    )


def _live(parts: Parts, since: Micros) -> set[str]:
    lines = parts.board.lines
    return {
        spot.grid
        for device, spot in parts.directory.spots.items()
        if device in lines and lines[device].seen >= since
    }


def _ref_or_none(person: str | None, directory: Directory) -> PersonRef | None:
    return None if person is None else person_view(person, directory)
