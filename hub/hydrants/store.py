"""Store of the register of hydrants; every change is noted with who made it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

import msgspec
from psycopg import AsyncConnection
from psycopg.rows import DictRow, dict_row
from psycopg.types.json import Jsonb

from edge.wire import Micros
from hub.hydrants.domain import EventName, Hydrant, State, looked_at
from hub.logbooks.store import Logbook
from hub.sites.domain import Name
from ingest import clock
from ingest.sql import load_queries

LOG: Logbook[EventName] = Logbook("hydrant_events", "hydrant")

_QUERIES = load_queries("hub.hydrants")


async def lock(conn: AsyncConnection[Any]) -> None:
    """Be the only one who changes the register until the transaction ends."""
    await conn.execute(_QUERIES["lock"])


async def read_all(conn: AsyncConnection[Any]) -> list[Hydrant]:
    """The whole register, ordered by id."""
    async with conn.cursor(row_factory=dict_row) as cursor:
        await cursor.execute(_QUERIES["all"])
        return [_from_row(row) async for row in cursor]


async def find(conn: AsyncConnection[Any], hydrant: str) -> Hydrant | None:
    """The hydrant with that id; who means to change it takes the `lock` first."""
    return await _one(conn, "one", {"id": hydrant})


async def find_by_device(conn: AsyncConnection[Any], device: str) -> Hydrant | None:
    """The hydrant that a device watches."""
    return await _one(conn, "of_device", {"device": device})


async def put(
    conn: AsyncConnection[Any], hydrants: Sequence[Hydrant], *, actor: str, now: Micros
) -> tuple[int, int]:
    """Write hydrants down, in the caller's transaction; returns how many are new, how many changed.

    One that is the same already is left alone and noted nowhere. Who writes it down has told its
    state.
    """
    await lock(conn)
    known = {one.id: one for one in await read_all(conn)}
    new = changed = 0
    for hydrant in hydrants:
        before = known.get(hydrant.id)
        wanted = _told(before, hydrant, now)
        if wanted == before:
            continue
        await conn.execute(_QUERIES["put"], _row(wanted))
        event: EventName = "registered" if before is None else "corrected"
        await LOG.note(conn, hydrant.id, event, actor=actor, now=now, data=_facts(wanted))
        new, changed = (new + 1, changed) if before is None else (new, changed + 1)
    return new, changed


async def take_census(
    conn: AsyncConnection[Any],
    hydrant: Hydrant,
    *,
    state: State,
    day: date,
    until: Micros,
    actor: str,
    now: Micros,
    words: str = "",
    photos: Sequence[str] = (),
) -> Hydrant:
    """Note that somebody looked at it on the spot on a day, until then, and how it stood."""
    seen = looked_at(hydrant, state, day, until)
    await conn.execute(_QUERIES["put"], _row(seen))
    data = {"state": state, "day": day.isoformat(), "photos": list(photos)}
    await LOG.note(conn, hydrant.id, "census", actor=actor, now=now, words=words, data=data)
    return seen


async def _one(conn: AsyncConnection[Any], query: str, values: dict[str, Any]) -> Hydrant | None:
    async with conn.cursor(row_factory=dict_row) as cursor:
        await cursor.execute(_QUERIES[query], values)
        row = await cursor.fetchone()
    return None if row is None else _from_row(row)


def _told(before: Hydrant | None, wanted: Hydrant, now: Micros) -> Hydrant:
    """When the state was told: now, if it is another one than before."""
    told_at = now if before is None or before.told != wanted.told else before.told_at
    return msgspec.structs.replace(wanted, told_at=told_at)


def _facts(hydrant: Hydrant) -> dict[str, Any]:
    facts = msgspec.to_builtins(hydrant)
    del facts["id"], facts["told_at"]
    return facts


def _row(hydrant: Hydrant) -> dict[str, Any]:
    return {
        "id": hydrant.id,
        "name": Jsonb(msgspec.to_builtins(hydrant.name)),
        "kind": hydrant.kind,
        "at": Jsonb(list(hydrant.at)),
        "owner": hydrant.owner,
        "device": hydrant.device,
        "told": hydrant.told,
        "told_at": clock.moment(hydrant.told_at),
        "censused": hydrant.censused,
    }


def _from_row(row: DictRow) -> Hydrant:
    return Hydrant(
        id=row["id"],
        name=msgspec.convert(row["name"], Name),
        kind=row["kind"],
        at=(row["at"][0], row["at"][1]),
        owner=row["owner"],
        device=row["device"],
        told=row["told"],
        told_at=clock.micros(row["told_at"]),
        censused=row["censused"],
    )
