"""Store of the shut-offs; each change is noted with who made it, in the same transaction."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import msgspec
from psycopg import AsyncConnection, Connection
from psycopg.rows import DictRow, dict_row
from psycopg.types.json import Jsonb

from edge.wire import Micros
from hub.anomalies.gate import Mute
from hub.shutoffs.domain import Entry, EventName, Planned, ShutOff, checked
from ingest import clock
from ingest.sql import load_queries

SHUT_OFFS_CHANNEL = "gridwarden_shut_offs"  # PostgreSQL NOTIFY channel; the payload is empty

_QUERIES = load_queries("hub.shutoffs")


class NoSuchShutOffError(LookupError):
    """There is no shut-off with that id."""


class ShutOffOverError(ValueError):
    """The shut-off is over already."""


async def plan(conn: AsyncConnection[Any], asked: Planned, *, actor: str, now: Micros) -> ShutOff:
    """Accept a shut-off; whoever judges hears of it at the commit.

    Raises:
        ShutOffRefusedError: it lacks something (`domain.checked`).
    """
    async with conn.transaction():
        values = {"hydrants": list(asked.hydrants)}
        cursor = await conn.execute(_QUERIES["kinds"], values)
        tidy = checked(asked, dict(await cursor.fetchall()), now)
        values = {
            "start": clock.moment(tidy.start),
            "until": clock.moment(tidy.until),
            "hydrants": list(tidy.hydrants),
            "measure": tidy.measure,
            "notice": tidy.notice,
        }
        row = await _one(conn, "put", values)
        assert row is not None
        shut_off = _from_row(row)
        await _note(conn, shut_off.id, "planned", actor, now, msgspec.to_builtins(tidy))
    return shut_off


async def end(conn: AsyncConnection[Any], shut_off: int, *, actor: str, now: Micros) -> ShutOff:
    """End a shut-off before its time: rules are armed again from `now` on.

    Raises:
        NoSuchShutOffError: the id is unknown.
        ShutOffOverError: it has ended before.
    """
    async with conn.transaction():
        row = await _one(conn, "end", {"id": shut_off, "at": clock.moment(now)})
        if row is None:
            await find(conn, shut_off)
            raise ShutOffOverError(f"shut-off {shut_off} is over already")
        await _note(conn, shut_off, "ended", actor, now, {})
    return _from_row(row)


async def find(conn: AsyncConnection[Any], shut_off: int) -> ShutOff:
    """The shut-off with that id.

    Raises:
        NoSuchShutOffError: there is none.
    """
    row = await _one(conn, "find", {"id": shut_off})
    if row is None:
        raise NoSuchShutOffError(f"there is no shut-off {shut_off}")
    return _from_row(row)


async def newest(
    conn: AsyncConnection[Any],
    now: Micros,
    *,
    everything: bool = False,
    before: int | None = None,
    limit: int = 100,
    seen: Sequence[str] | None = None,
) -> list[ShutOff]:
    """Shut-offs that last or are to come, or all, the latest start first.

    Those of some of the hydrants in `seen`; None: of any.
    """
    values = {
        "now": clock.moment(now),
        "all": everything,
        "before": before,
        "limit": limit,
        "seen": None if seen is None else list(seen),
    }
    async with conn.cursor(row_factory=dict_row) as cursor:
        await cursor.execute(_QUERIES["newest"], values)
        return [_from_row(row) async for row in cursor]


async def history(conn: AsyncConnection[Any], shut_off: int) -> list[Entry]:
    """Who did what with a shut-off, oldest first."""
    cursor = await conn.execute(_QUERIES["history"], {"id": shut_off})
    return [
        Entry(at=clock.micros(at), actor=actor, event=event)
        for at, actor, event in await cursor.fetchall()
    ]


async def mutes(conn: AsyncConnection[Any]) -> list[Mute]:
    """All shut-offs as the gate asks for them; those of the past too, for late data."""
    cursor = await conn.execute(_QUERIES["mutes"])
    return [Mute(*row) for row in await cursor.fetchall()]


def mutes_for_replay(conn: Connection[Any]) -> list[Mute]:
    """The same, for who replays history on a plain connection."""
    return [Mute(*row) for row in conn.execute(_QUERIES["mutes"]).fetchall()]


async def _note(
    conn: AsyncConnection[Any],
    shut_off: int,
    event: EventName,
    actor: str,
    now: Micros,
    data: dict[str, Any],
) -> None:
    values = {
        "shut_off": shut_off,
        "at": clock.moment(now),
        "actor": actor,
        "event": event,
        "data": Jsonb(data),
    }
    await conn.execute(_QUERIES["note"], values)
    await conn.execute(_QUERIES["notify"], {"channel": SHUT_OFFS_CHANNEL})


async def _one(conn: AsyncConnection[Any], query: str, values: dict[str, Any]) -> DictRow | None:
    async with conn.cursor(row_factory=dict_row) as cursor:
        await cursor.execute(_QUERIES[query], values)
        return await cursor.fetchone()


def _from_row(row: DictRow) -> ShutOff:
    ended = row["ended"]
    return ShutOff(
        id=row["id"],
        start=clock.micros(row["start"]),
        until=clock.micros(row["until"]),
        hydrants=tuple(row["hydrants"]),
        measure=row["measure"],
        notice=row["notice"],
        ended=None if ended is None else clock.micros(ended),
    )
