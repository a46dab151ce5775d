"""Imports: a table of cards, written down."""

from __future__ import annotations

from typing import Any

from psycopg import AsyncConnection

from edge.wire import Micros
from hub.equipment import store
from hub.equipment.table import cards_of
from hub.equipment.where import read_homes
from hub.sites.coverage import Thing, locate_among
from hub.sites.store import read_grids
from hub.table_import import Brought, Rows
from hub.tables import FIRST_LINE, BadCell


async def bring(conn: AsyncConnection[Any], rows: Rows, now: Micros, *, actor: str) -> Brought:
    """Write the cards of a table, in the caller's transaction; bad rows are left out."""
    await store.lock(conn)
    known = {one.id: one for one in await store.read_all(conn)}
    cards, bad = cards_of(rows, known, await read_homes(conn))
    things = [Thing("place", one.id, one.at, one.floor) for one in cards]
    inside = locate_among(await read_grids(conn), things)
    lost = {one.id for one in cards} - inside.keys()
    bad += [
        BadCell(line, "x" if row["x"] else "place", "lies outside of the site")
        for line, row in enumerate(rows, start=FIRST_LINE)
        if row["id"] in lost
    ]
    kept = [one for one in cards if one.id in inside]
    new, changed = await store.put(conn, kept, actor=actor, now=now)
    return Brought(entries=new + changed, changed=changed, bad=bad)
