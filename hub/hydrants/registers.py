"""Registers: the hydrants among the registers whose age is watched (SE-17)."""

from __future__ import annotations

from typing import Any

from psycopg import AsyncConnection

from hub.hydrants.store import read_all
from hub.registers.domain import Register, Tally
from hub.registers.part import Part
from hub.registers.tallies import counted
from hub.sites.coverage import Thing
from hub.sites.domain import Name
from ingest.sql import load_queries

_QUERIES = load_queries("hub.hydrants")


async def _tally(conn: AsyncConnection[Any], part: Part | None) -> Tally:
    among = None
    if part is not None:
        among = part.holds(Thing("place", one.id, one.at) for one in await read_all(conn))
    return await counted(_QUERIES["tally"], conn, among)


HYDRANTS = Register("hydrants", Name("Hydrants", "消火栓"), _tally)
