"""Store of the roster: posts of a grid's path, and leave that is filed, decided and in force."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import msgspec
from psycopg import AsyncConnection
from psycopg.rows import dict_row

from edge.wire import Micros
from hub.roster.domain import Leave, LeaveState, Post
from hub.sites.domain import Holding
from hub.sites.responsible import Responsible, responsible
from ingest import clock
from ingest.sql import load_queries

LEAVES_CHANNEL = "gridwarden_leaves"  # PostgreSQL NOTIFY channel: leave changed; empty payload

_QUERIES = load_queries("hub.roster")


class Chain(msgspec.Struct, frozen=True):
    """Who is there for a leaf grid: the posts from it up to the root, and the three tiers."""

    posts: tuple[Post, ...]
    responsible: Responsible


class FiledLeave(msgspec.Struct, frozen=True, kw_only=True):
    """One row of the leaves."""

    id: int
    person: str
    starts: Micros
    ends: Micros
    reason: str
    state: LeaveState
    filed_by: str
    filed: Micros
    decided_by: str | None
    decided: Micros | None


async def chain(conn: AsyncConnection[Any], path: Sequence[str]) -> Chain:
    """The posts along a path of grid codes from the root down; grids that went are left out.

    Under direct command only the root and the leaf grid count.
    """
    posts: list[Post] = []
    holdings: dict[str, Holding] = {}
    cursor = await conn.execute(_QUERIES["posts"], {"path": list(path)})
    async for code, live, warden, stand_in, first, main, specific in cursor:
        posts.append(Post(grid=code, warden=warden, stand_in=stand_in, live=live))
        if warden is not None:
            holdings[code] = Holding(code, warden, stand_in, first, main, specific)
    tiers = responsible(path, holdings) if path else Responsible()
    return Chain(tuple(reversed(posts)), tiers)


async def is_direct(conn: AsyncConnection[Any]) -> bool:
    """Whether the top group addresses leaf grids without the levels between."""
    cursor = await conn.execute(_QUERIES["is_direct"])
    row = await cursor.fetchone()
    return row is not None and bool(row[0])


async def leaves_at(conn: AsyncConnection[Any], at: Micros) -> list[Leave]:
    """The approved leaves that are in course at `at`."""
    return await _in_force(conn, "leaves_at", {"at": clock.moment(at)})


async def leaves_within(conn: AsyncConnection[Any], start: Micros, until: Micros) -> list[Leave]:
    """The approved leaves of which some lies between two times."""
    values = {"start": clock.moment(start), "until": clock.moment(until)}
    return await _in_force(conn, "leaves_within", values)


async def approved_leaves(conn: AsyncConnection[Any], since: Micros) -> list[Leave]:
    """The approved leaves that end after `since`, those to come too."""
    return await _in_force(conn, "approved_leaves", {"since": clock.moment(since)})


async def list_leaves(
    conn: AsyncConnection[Any],
    since: Micros,
    *,
    people: Sequence[str] | None = None,
    reader: str = "",
) -> list[FiledLeave]:
    """Leaves of any state that end after `since`, in order of their start.

    Of some people (None: all), and those that `reader` has filed.
    """
    values = {
        "since": clock.moment(since),
        "people": None if people is None else list(people),
        "reader": reader,
    }
    return await _leaves(conn, "leaves", values)


async def find_leave(conn: AsyncConnection[Any], leave: int) -> FiledLeave | None:
    """The leave with that id, held for the transaction."""
    return next(iter(await _leaves(conn, "leave", {"id": leave})), None)


async def file_leave(
    conn: AsyncConnection[Any], leave: Leave, *, reason: str, filed_by: str, now: Micros
) -> FiledLeave:
    """File a leave; it moves nothing before somebody approves it."""
    values = {
        "person": leave.person,
        "starts": clock.moment(leave.starts),
        "ends": clock.moment(leave.ends),
        "reason": reason,
        "filed_by": filed_by,
        "filed": clock.moment(now),
    }
    (filed,) = await _leaves(conn, "file", values)
    return filed


async def decide_leave(
    conn: AsyncConnection[Any], leave: int, state: LeaveState, *, by: str, now: Micros
) -> FiledLeave:
    """Write a decision down."""
    values = {"id": leave, "state": state, "decided_by": by, "decided": clock.moment(now)}
    (decided,) = await _leaves(conn, "decide", values)
    return decided


async def end_leave(conn: AsyncConnection[Any], leave: int, now: Micros) -> FiledLeave:
    """End a leave in course early."""
    (ended,) = await _leaves(conn, "end_early", {"id": leave, "ends": clock.moment(now)})
    return ended


async def _leaves(
    conn: AsyncConnection[Any], query: str, values: dict[str, Any]
) -> list[FiledLeave]:
    async with conn.cursor(row_factory=dict_row) as cursor:
        await cursor.execute(_QUERIES[query], values)
        return [
            FiledLeave(
                id=row["id"],
                person=row["person"],
                starts=clock.micros(row["starts"]),
                ends=clock.micros(row["ends"]),
                reason=row["reason"],
                state=row["state"],
                filed_by=row["filed_by"],
                filed=clock.micros(row["filed"]),
                decided_by=row["decided_by"],
                decided=None if row["decided"] is None else clock.micros(row["decided"]),
            )
            async for row in cursor
        ]


async def _in_force(conn: AsyncConnection[Any], query: str, values: dict[str, Any]) -> list[Leave]:
    cursor = await conn.execute(_QUERIES[query], values)
    return [
        Leave(person=person, starts=clock.micros(starts), ends=clock.micros(ends))
        async for person, starts, ends in cursor
    ]
