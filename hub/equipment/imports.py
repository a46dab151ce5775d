"""Imports: a table of cards, written down."""

from __future__ import annotations

from typing import Any

from psycopg import AsyncConnection

from edge.wire import Micros
from hub.equipment import store
from hub.equipment.table import cards_of
from hub.equipment.where import read_homes, seen_cards, things_of
from hub.registers.rows import OUTSIDE, TAKEN
from hub.rights.domain import SITE_WIDE, Actor, Right, may
from hub.sites.coverage import paths_among
from hub.sites.store import read_grids
from hub.table_import import Brought, Rows
from hub.tables import FIRST_LINE, BadCell

_RIGHT: Right = "registers.import"


async def bring(conn: AsyncConnection[Any], rows: Rows, now: Micros, *, actor: Actor) -> Brought:
    """Write the cards of a table, in the caller's transaction; bad rows are left out."""
    await store.lock(conn)
    everything = await store.read_all(conn)
    known = {one.id: one for one in await seen_cards(conn, everything, actor, _RIGHT)}
    elsewhere = {one.id for one in everything} - known.keys()
    cards, bad = cards_of(rows, known, await read_homes(conn, actor, _RIGHT))
    paths = paths_among(await read_grids(conn), things_of(cards))
    lost = {one.id for one in cards if not may(actor, _RIGHT, paths.get(one.id, SITE_WIDE))}
    lost |= {one.id for one in cards} - paths.keys()
    for line, row in enumerate(rows, start=FIRST_LINE):
        if row["id"] in elsewhere:
            bad.append(BadCell(line, "id", TAKEN))
        elif row["id"] in lost:
            bad.append(BadCell(line, "x" if row["x"] else "place", OUTSIDE))
    kept = [one for one in cards if one.id not in lost | elsewhere]
    new, changed = await store.put(conn, kept, actor=actor.person, now=now)
    return Brought(entries=new + changed, changed=changed, bad=bad)
