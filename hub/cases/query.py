"""Queries over the cases: pages, counts, and what has changed since a position of the log."""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from typing import Any, Literal

import msgspec
from psycopg import AsyncConnection
from psycopg.rows import dict_row

from edge.wire import Micros
from hub.cases.sight import ALL, Sight
from hub.cases.store import StoredCase, from_row
from hub.sites.domain import Point
from ingest import clock
from ingest.sql import load_queries

AT_ONCE = 200  # cases read in one go when following the log; ours
Chosen = Literal["open", "closed", "all"]

_QUERIES = load_queries("hub.cases")


class Filter(msgspec.Struct, frozen=True, kw_only=True):
    """Which cases are asked for; None asks nothing.

    Opened from `since` until just before `until`.

    `search`: words that must all stand in number, kind, device, grid, place or owner's name,
    whatever their case; `a|b` is found where either is.
    """

    chosen: Chosen = "open"
    grid: str | None = None
    kinds: Sequence[str] | None = None
    grades: Sequence[str] | None = None
    stages: Sequence[str] | None = None
    since: Micros | None = None
    until: Micros | None = None
    owner: str | None = None
    search: str = ""


class Counts(msgspec.Struct, frozen=True):
    """Open cases, by kind, and how many of them are overdue."""

    by_kind: dict[str, int]
    overdue: int


async def head_position(conn: AsyncConnection[Any]) -> int:
    """The position of the newest event in the log of cases; 0 before the first."""
    cursor = await conn.execute(_QUERIES["head_position"])
    row = await cursor.fetchone()
    assert row is not None
    return row[0]


async def changed_since(
    conn: AsyncConnection[Any], position: int, limit: int = AT_ONCE
) -> list[StoredCase]:
    """Cases with events after a position, ordered by their last event, as they are now."""
    return await _cases(conn, "changed_since", {"position": position, "limit": limit})


async def at_place(
    conn: AsyncConnection[Any], place: str, start: Micros, finish: Micros, limit: int
) -> list[StoredCase]:
    """Cases at a place that were open within a time, the newest first."""
    values = {
        "place": place,
        "start": clock.moment(start),
        "finish": clock.moment(finish),
        "limit": limit,
    }
    return await _cases(conn, "at_place", values)


async def of_subjects(
    conn: AsyncConnection[Any], subjects: Sequence[str], kinds: Sequence[str]
) -> list[StoredCase]:
    """Of each subject its open cases of some kinds, and the one of them closed last."""
    values = {"subjects": list(subjects), "kinds": list(kinds)}
    return await _cases(conn, "of_subjects", values)


async def read_page(
    conn: AsyncConnection[Any],
    wanted: Filter,
    *,
    before: int | None,
    limit: int,
    sight: Sight = ALL,
) -> list[StoredCase]:
    """Cases in sight that pass the filter, the newest first, with ids under `before`."""
    values = {
        **msgspec.structs.asdict(sight),
        "grid": wanted.grid,
        "kinds": None if wanted.kinds is None else list(wanted.kinds),
        "grades": None if wanted.grades is None else list(wanted.grades),
        "stages": None if wanted.stages is None else list(wanted.stages),
        "since": None if wanted.since is None else clock.moment(wanted.since),
        "until": None if wanted.until is None else clock.moment(wanted.until),
        "owner": wanted.owner,
        "patterns": [_pattern(word) for word in wanted.search.split()] or None,
        "before": before,
        "limit": limit,
    }
    return await _cases(conn, f"{wanted.chosen}_page", values)


async def open_near(
    conn: AsyncConnection[Any], kinds: Sequence[str], at: Point, within_m: float
) -> StoredCase | None:
    """The nearest open case of some kinds, whoever found it."""
    values = {"kinds": list(kinds), "x": at[0], "y": at[1], "within": within_m}
    found = await _cases(conn, "open_near", values)
    return found[0] if found else None


async def of_places(
    conn: AsyncConnection[Any], places: Collection[str], limit: int
) -> list[StoredCase]:
    """Cases at some places, the open ones first, then the newest."""
    return await _cases(conn, "of_places", {"places": list(places), "limit": limit})


async def confirmed_cases(conn: AsyncConnection[Any]) -> list[tuple[str, int, Micros]]:
    """Place, id and time of each case that a person has handled, oldest first."""
    cursor = await conn.execute(_QUERIES["confirmed"], {})
    return [(place, case, clock.micros(at)) for place, case, at in await cursor.fetchall()]


async def count_open(
    conn: AsyncConnection[Any], grid: str | None, now: Micros, sight: Sight = ALL
) -> Counts:
    """Open cases in sight, in a grid or below it."""
    values = {"grid": grid, "now": clock.moment(now), **msgspec.structs.asdict(sight)}
    cursor = await conn.execute(_QUERIES["counts"], values, prepare=False)
    found = await cursor.fetchall()
    return Counts({kind: count for kind, count, _ in found}, sum(row[2] for row in found))


def _pattern(word: str) -> str:
    return "|".join(re.escape(either) for either in word.split("|") if either)


async def _cases(
    conn: AsyncConnection[Any], query: str, values: dict[str, Any]
) -> list[StoredCase]:
    async with conn.cursor(row_factory=dict_row) as cursor:
        # Planned for these values each time: what is not asked then costs nothing.
        await cursor.execute(_QUERIES[query], values, prepare=False)
        return [from_row(row) async for row in cursor]
