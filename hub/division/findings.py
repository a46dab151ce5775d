"""Findings: gaps, overlaps and unassigned grids over time, and violations of those that last."""

from __future__ import annotations

import asyncio
from collections import Counter
from typing import Any

import msgspec
from psycopg import AsyncConnection
from psycopg.rows import DictRow, dict_row
from psycopg.types.json import Jsonb

from edge.wire import Micros
from hub.sites.check import check
from hub.sites.domain import SiteDocument, grid_path
from hub.sites.problem import UNFINISHED, ProblemKind
from hub.sites.rules import GridRules
from hub.sites.store import read_site
from ingest import clock
from ingest.sql import load_queries

# Blank or unassigned areas; an overlap has a holder too many, not too few.
BLANK: frozenset[ProblemKind] = frozenset({"gap", "unassigned", "nowhere"})
MICROS_PER_HOUR = 3_600_000_000

_QUERIES = load_queries("hub.division")


async def check_division(conn: AsyncConnection[Any], rules: GridRules, now: Micros) -> int:
    """Check the site in force and note what is found and what is gone; returns how much is."""
    document = await read_site(conn)
    # In a thread: of a large territory it takes a while, and the API shares this one.
    problems = [] if document is None else await asyncio.to_thread(check, document, rules)
    found = [problem for problem in problems if problem.kind in UNFINISHED]
    at = clock.moment(now)
    seen: Counter[str] = Counter()
    rows: list[dict[str, Any]] = []
    for problem in found:
        stem = f"{problem.kind}:{problem.subject}"
        seen[stem] += 1
        rows.append(
            {
                "key": f"{stem}:{seen[stem]}",
                "kind": problem.kind,
                "grid": problem.grid or problem.subject,
                "subject": problem.subject,
                "text": problem.text,
                "area_m2": problem.area_m2,
                "shape": Jsonb(msgspec.to_builtins(problem.shape)),
                "at": at,
            }
        )
    async with conn.transaction():
        await conn.execute(_QUERIES["lock_findings"])
        await conn.execute(
            _QUERIES["end_findings"], {"at": at, "keys": [row["key"] for row in rows]}
        )
        await conn.execute(_QUERIES["close_violations"])
        for row in rows:
            await conn.execute(_QUERIES["begin_finding"], row)
    return len(rows)


async def open_violations(conn: AsyncConnection[Any], rules: GridRules, now: Micros) -> int:
    """Open a violation for each blank that has lasted too long; returns how many.

    Against whoever holds the grid it lies in, or the next higher one that somebody holds.
    """
    before = clock.moment(now - round(rules.blank_hours * MICROS_PER_HOUR))
    values = {"before": before, "kinds": sorted(BLANK)}
    overdue = await _dicts(conn, "overdue_findings", values)
    if not overdue:
        return 0
    document = await read_site(conn)
    async with conn.transaction():
        for row in overdue:
            person = None if document is None else _answers(document, row["grid"])
            values = {"finding": row["id"], "person": person, "at": clock.moment(now)}
            await conn.execute(_QUERIES["open_violation"], values)
    return len(overdue)


async def open_findings(
    conn: AsyncConnection[Any], grids: list[str] | None = None
) -> list[DictRow]:
    """What is wrong now in some grids (None: all), as rows of `grid_findings`."""
    return await _dicts(conn, "findings", {"grids": grids})


async def violations(
    conn: AsyncConnection[Any], grids: list[str] | None = None, limit: int = 200
) -> list[DictRow]:
    """Violations in some grids (None: all), the open ones first."""
    return await _dicts(conn, "violations", {"grids": grids, "limit": limit})


async def case_paths(conn: AsyncConnection[Any]) -> list[tuple[str, ...]]:
    """The grid path of each open case."""
    return [tuple(row["grid_path"]) for row in await _dicts(conn, "open_case_paths", {})]


async def reported_grids(conn: AsyncConnection[Any], since: Micros) -> set[str]:
    """Leaf grids in whose cases a person wrote something since then."""
    rows = await _dicts(conn, "reported_grids", {"since": clock.moment(since)})
    return {row["grid"] for row in rows}


def _answers(document: SiteDocument, code: str) -> str | None:
    parents = {grid.code: grid.parent for grid in document.grids}
    if code not in parents:
        return None
    wardens = {holding.grid: holding.warden for holding in document.holdings}
    up = reversed(grid_path(parents, code))
    return next((wardens[one] for one in up if one in wardens), None)


async def _dicts(conn: AsyncConnection[Any], query: str, values: dict[str, Any]) -> list[DictRow]:
    async with conn.cursor(row_factory=dict_row) as cursor:
        await cursor.execute(_QUERIES[query], values)
        return await cursor.fetchall()
