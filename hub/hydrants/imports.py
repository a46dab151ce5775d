"""Imports: a table of hydrants, or those that sensors watch, written down."""

from __future__ import annotations

from typing import Any

from psycopg import AsyncConnection

from edge.wire import Micros
from hub.hydrants import store
from hub.hydrants.domain import Hydrant
from hub.hydrants.table import hydrants_of
from hub.sites.store import read_grids, spots
from hub.table_import import Brought, Rows


async def bring(conn: AsyncConnection[Any], rows: Rows, now: Micros, *, actor: str) -> Brought:
    """Write down the hydrants of a table, in the caller's transaction; bad rows are left out."""
    await store.lock(conn)
    known = {one.id: one for one in await store.read_all(conn)}
    kinds = {device: spot.kind for device, spot in (await spots(conn)).items()}
    hydrants, bad = hydrants_of(rows, known, kinds, await read_grids(conn))
    new, changed = await store.put(conn, hydrants, actor=actor, now=now)
    return Brought(entries=new + changed, changed=changed, bad=bad)


async def take_over_watched(
    conn: AsyncConnection[Any], *, owner: str, actor: str, now: Micros
) -> int:
    """Write down every hydrant that a sensor watches and that the register does not have.

    Returns how many.
    """
    async with conn.transaction():
        await store.lock(conn)
        known = await store.read_all(conn)
        there = {one.device for one in known} | {one.id for one in known}
        found = [
            Hydrant(
                id=device,
                name=spot.place_name,
                kind="hydrant",
                at=spot.at,
                owner=owner,
                device=device,
            )
            for device, spot in sorted((await spots(conn)).items())
            if spot.kind == "hydrant" and device not in there
        ]
        await store.put(conn, found, actor=actor, now=now)
    return len(found)
