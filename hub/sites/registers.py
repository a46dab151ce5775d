"""Registers of the site: the parts of the site file that go stale when nobody looks at them."""

from __future__ import annotations

from functools import partial
from typing import Any

from psycopg import AsyncConnection
from psycopg.sql import SQL

from hub.registers.domain import Register, Tally
from hub.registers.part import Part
from hub.registers.tallies import counted
from hub.sites.domain import Name
from ingest.sql import load_queries

_QUERIES = load_queries("hub.sites", "registers.sql")


async def _tally(kind: str, query: SQL, conn: AsyncConnection[Any], part: Part | None) -> Tally:
    if part is not None:
        return Tally(len(getattr(part.seen, kind)))
    return await counted(query, conn)


def _register(kind: str, en: str, zh: str) -> Register:
    return Register(kind, Name(en, zh), partial(_tally, kind, _QUERIES[f"count_{kind}"]))


SITE_REGISTERS = (
    _register("grids", "Grids and duties", "网格与职责"),
    _register("people", "People and holders", "人员与网格责任"),
    _register("devices", "Devices", "设备"),
    _register("places", "Places", "点位"),
    _register("households", "Households", "户"),
    _register("units", "Units", "单位"),
)
"""A load of the site file confirms them all."""

DIVISION_REGISTERS = ("grids", "people")
"""What an approved proposal has said anew, and so confirms."""
