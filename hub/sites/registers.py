"""Registers of the site: the parts of the site file that go stale when nobody looks at them."""

from __future__ import annotations

from functools import partial
from typing import Any

from psycopg import AsyncConnection

from hub.registers.domain import Register, Tally
from hub.sites.domain import Name
from ingest.sql import load_queries

_QUERIES = load_queries("hub.sites", "registers.sql")


async def _tally(part: str, conn: AsyncConnection[Any]) -> Tally:
    cursor = await conn.execute(_QUERIES[f"count_{part}"])
    row = await cursor.fetchone()
    assert row is not None
    return Tally(row[0])


def _register(part: str, en: str, zh: str) -> Register:
    return Register(part, Name(en, zh), partial(_tally, part))


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
