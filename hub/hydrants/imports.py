"""Imports: a file of hydrants, or those that sensors watch, written down wholly or not at all."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import msgspec
from psycopg import AsyncConnection

from edge.wire import Micros
from hub.hydrants import store
from hub.hydrants.domain import Hydrant
from hub.hydrants.table import NEEDED, OPTIONAL, hydrants_of
from hub.sites.store import read_grids, spots
from hub.tables import BadCell, read_table


class Brought(msgspec.Struct, frozen=True, kw_only=True):
    """What an import did, or would do; with bad cells, nothing."""

    rows: int
    new: int = 0
    changed: int = 0
    bad: Sequence[BadCell] = ()


async def bring(
    conn: AsyncConnection[Any], content: bytes, *, actor: str, now: Micros, only_check: bool = False
) -> Brought:
    """Write down the hydrants of a CSV file, in a transaction of its own.

    Raises:
        TableError: the file is no table of hydrants.
    """
    rows = read_table(content, NEEDED, OPTIONAL)
    async with conn.transaction(force_rollback=only_check):
        await store.lock(conn)
        known = {one.id: one for one in await store.read_all(conn)}
        kinds = {device: spot.kind for device, spot in (await spots(conn)).items()}
        hydrants, bad = hydrants_of(rows, known, kinds, await read_grids(conn))
        if bad:
            return Brought(rows=len(rows), bad=bad)
        new, changed = await store.put(conn, hydrants, actor=actor, now=now)
    return Brought(rows=len(rows), new=new, changed=changed)


async def take_over_watched(
    conn: AsyncConnection[Any], *, owner: str, actor: str, now: Micros
) -> Brought:
    """Write down every hydrant that a sensor watches and that the register does not have."""
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
        new, changed = await store.put(conn, found, actor=actor, now=now)
    return Brought(rows=len(found), new=new, changed=changed)
