"""Read: units with their records, chosen by what is asked."""

from __future__ import annotations

from datetime import date
from typing import Any, Literal
from zoneinfo import ZoneInfo

import msgspec
from psycopg import AsyncConnection

from edge.wire import Micros
from hub.rights.domain import Actor, Right, may
from hub.units.domain import UnitRecord, records
from hub.units.rules import UnitClass, UnitRules
from hub.units.store import SitedUnit, sited_units, standing_entries
from ingest import clock

State = Literal["unfiled", "open", "unclassified"]


class Wanted(msgspec.Struct, frozen=True, kw_only=True):
    """Which units are asked for; None asks nothing."""

    grid: str | None = None
    unit_class: UnitClass | None = None
    key: bool = False
    regulator: str | None = None
    state: State | None = None
    search: str = ""


def today(now: Micros, time_zone: str) -> date:
    """The day on the site's walls."""
    return clock.moment(now).astimezone(ZoneInfo(time_zone)).date()


async def all_units(
    conn: AsyncConnection[Any], rules: UnitRules, day: date
) -> list[tuple[SitedUnit, UnitRecord]]:
    """Every unit of the site with its record, by id."""
    sited = await sited_units(conn)
    found = records([unit.id for unit in sited], await standing_entries(conn), rules, day)
    return list(zip(sited, found, strict=True))


async def seen_units(
    conn: AsyncConnection[Any], rules: UnitRules, day: date, actor: Actor, right: Right
) -> list[tuple[SitedUnit, UnitRecord]]:
    """The units that somebody has a right for, with their records, by id."""
    everything = await all_units(conn, rules, day)
    return [(unit, record) for unit, record in everything if may(actor, right, unit.path)]


def chosen(
    units: list[tuple[SitedUnit, UnitRecord]],
    wanted: Wanted,
) -> list[tuple[SitedUnit, UnitRecord]]:
    """Those that are asked for."""
    words = wanted.search.lower().split()
    return [
        (unit, record)
        for unit, record in units
        if (wanted.grid is None or wanted.grid in unit.path)
        and (wanted.unit_class is None or record.unit_class == wanted.unit_class)
        and (not wanted.key or record.key)
        and (wanted.regulator is None or record.regulator == wanted.regulator)
        and _in_state(record, wanted.state)
        and all(word in _text(unit) for word in words)
    ]


def _in_state(record: UnitRecord, state: State | None) -> bool:
    match state:
        case "unfiled":
            return record.key and not record.filed
        case "open":
            return record.open
        case "unclassified":
            return record.unit_class is None
        case None:
            return True


def _text(unit: SitedUnit) -> str:
    parts = (unit.id, unit.name.en, unit.name.zh, unit.kind, unit.building or "", unit.grid)
    return " ".join(parts).lower()
