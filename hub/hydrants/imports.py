"""Imports: a table of hydrants, or those that sensors watch, written down."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from psycopg import AsyncConnection

from edge.wire import Micros
from hub.hydrants import store
from hub.hydrants.domain import Hydrant
from hub.hydrants.now import seen_hydrants
from hub.hydrants.table import hydrants_of
from hub.registers.rows import OUTSIDE, TAKEN
from hub.rights.domain import Actor, Right
from hub.rights.sight import seen_spots
from hub.sites.domain import Spot
from hub.sites.store import read_grids, spots
from hub.table_import import Brought, Rows
from hub.tables import FIRST_LINE, BadCell

_RIGHT: Right = "registers.import"


async def bring(conn: AsyncConnection[Any], rows: Rows, now: Micros, *, actor: Actor) -> Brought:
    """Write down the hydrants of a table, in the caller's transaction; bad rows are left out."""
    await store.lock(conn)
    everything = await store.read_all(conn)
    known = {one.id: one for one in everything}
    seen = {one.id for one in await seen_hydrants(conn, everything, actor, _RIGHT)}
    devices = seen_spots(actor, _RIGHT, await spots(conn))
    kinds = {device: spot.kind for device, spot in devices.items()}
    hydrants, bad = hydrants_of(rows, known, kinds, await read_grids(conn))
    inside = {one.id for one in await seen_hydrants(conn, hydrants, actor, _RIGHT)}
    lost = {one.id for one in hydrants} - inside
    for line, row in enumerate(rows, start=FIRST_LINE):
        if row["id"] in known and row["id"] not in seen:
            bad.append(BadCell(line, "id", TAKEN))
        elif row["id"] in lost:
            bad.append(BadCell(line, "x", OUTSIDE))
    kept = [one for one in hydrants if one.id in inside and (one.id in seen or one.id not in known)]
    new, changed = await store.put(conn, kept, actor=actor.person, now=now)
    return Brought(entries=new + changed, changed=changed, bad=bad)


async def take_over_watched(
    conn: AsyncConnection[Any],
    watched: Mapping[str, Spot],
    *,
    owner: str,
    actor: str,
    now: Micros,
) -> int:
    """Write down those hydrants that a sensor watches and that the register does not have.

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
            for device, spot in watched.items()
            if spot.kind == "hydrant" and device not in there
        ]
        await store.put(conn, found, actor=actor, now=now)
    return len(found)
