"""Registers: the fire equipment among the registers whose age is watched (SE-17)."""

from __future__ import annotations

from typing import Any

from psycopg import AsyncConnection

from hub.equipment.store import read_all
from hub.registers.domain import Register, Tally
from hub.registers.part import Part
from hub.registers.tallies import counted
from hub.sites.coverage import Thing
from hub.sites.domain import Name
from ingest.sql import load_queries

_QUERIES = load_queries("hub.equipment")


async def _tally(conn: AsyncConnection[Any], part: Part | None) -> Tally:
    among = None
    if part is not None:
        cards = await read_all(conn)
        among = part.holds(Thing("place", one.id, one.at, one.floor) for one in cards)
    return await counted(_QUERIES["tally"], conn, among)


EQUIPMENT = Register("equipment", Name("Fire equipment", "消防器材"), _tally)
