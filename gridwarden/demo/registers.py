"""Registers of the demo: what is filed of its units and buildings, so that pages show something.

Everything is synthetic, and written once: a folder that has its registers already keeps them. Some
entries are old on purpose, some files lack parts.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import cv2
import numpy as np
from psycopg import AsyncConnection

from edge.simulate.units import UNITS, Unit
from edge.wire import Micros
from gridwarden.demo.fire import fill_fire_registers
from hub.evacuation.domain import Total
from hub.evacuation.store import add_total, totals
from hub.files.domain import FileEntry
from hub.files.rules import FileKind
from hub.files.store import add_entries as add_file_entries
from hub.files.store import attach
from hub.sites.domain import Building, SiteDocument
from hub.sourced import Source
from hub.units.domain import Aspect, UnitEntry
from hub.units.rules import PAPERS
from hub.units.store import add_entries as add_unit_entries
from hub.units.store import standing_entries
from hub.watchlist.domain import Act, Deed
from hub.watchlist.store import add_act
from ingest import clock

OLD: Micros = 120 * clock.DAY  # longer than registers hold (90 days, ours)
FRESH: Micros = 9 * clock.DAY
CLERK = "system:demo"
WATCHED = "canteen-1-kitchen"
_DRAWN, _MARGIN = 360, 20  # pixels


async def fill_registers(conn: AsyncConnection[Any], document: SiteDocument, now: Micros) -> None:
    """Write the registers of a campus whose registers are empty."""
    if await standing_entries(conn) or await totals(conn):
        return
    async with conn.transaction():
        await add_unit_entries(conn, (one for unit in UNITS for one in _unit(unit, now)))
        for number, building in enumerate(document.buildings):
            await add_file_entries(conn, await _building(conn, building, number, now))
            if number % 4 != 3:
                age = OLD if number % 5 == 4 else FRESH
                total = Total(
                    building=building.id,
                    people=(number * 3) % 7 + 1,
                    source="observed" if number % 2 else "declared",
                    actor=CLERK,
                    at=now - age,
                )
                await add_total(conn, total)
        basics = [
            _part("enterprise" if unit.kind == "enterprise" else "unit", unit.id, now)
            for unit in UNITS
            if unit.filed >= 2
        ]
        await add_file_entries(conn, basics)
        await add_act(
            conn, _act("enrol", None, "Oil in the hood, twice / 油烟管道两次未清洗", now - OLD)
        )
        await add_act(conn, _act("progress", 60, "Hood cleaned / 已清洗", now - FRESH))
        await fill_fire_registers(conn, document, now, actor=CLERK)


def _unit(unit: Unit, now: Micros) -> Iterator[UnitEntry]:
    def entry(
        aspect: Aspect, data: dict[str, Any], item: str = "", source: Source = "declared"
    ) -> UnitEntry:
        return UnitEntry(
            unit=unit.id,
            aspect=aspect,
            item=item,
            source=source,
            data=data,
            actor=CLERK,
            at=now - (OLD if unit.filed == 2 else FRESH),
        )

    number = UNITS.index(unit)
    yield entry("class", {"class": unit.fire_class})
    if unit.filed >= 1:
        posts = ("responsible", "fire_manager")
        people = [
            {"post": post, "name": f"样本{number + 1:02}{sign}", "phone": f"000-{number:02}{place}"}
            for place, (post, sign) in enumerate(zip(posts, "甲乙", strict=True))
        ]
        yield entry("managers", {"people": people})
    if unit.filed >= 2:
        items = [
            {"kind": "extinguisher", "count": 4 + number},
            {"kind": "hose", "count": 2},
            {"kind": "emergency_light", "count": 6},
        ]
        yield entry("equipment", {"items": items}, source="observed")
    for paper in PAPERS[: 5 if unit.filed == 3 else unit.filed]:
        yield entry("paper", {"number": f"S-{number:02}-{paper[:3]}", "until": None}, paper)


async def _building(
    conn: AsyncConnection[Any], building: Building, number: int, now: Micros
) -> list[FileEntry]:
    def entry(
        part: str, value: str | None, age: Micros, attachments: tuple[str, ...] = ()
    ) -> FileEntry:
        return FileEntry(
            kind="building",
            subject=building.id,
            part=part,
            source="observed" if part == "escape_routes" else "declared",
            data={"value": value},
            attachments=attachments,
            actor=CLERK,
            at=now - age,
        )

    age = OLD if number % 3 == 2 else FRESH
    found = [entry("basics", f"{building.floors} floors / {building.floors}层", FRESH)]
    if number % 6 != 5:
        found.append(entry("escape_routes", "Two stairs, exits kept clear / 两部楼梯", age))
    if number % 4 != 2:
        found.append(entry("fire_facilities", "Hose reels on each floor / 各层消火栓箱", age))
    if number % 3 != 1:
        kept = await attach(conn, _plan(building), name=f"{building.id}.png", actor=CLERK, now=now)
        found.append(entry("floor_plan", None, FRESH, (kept.hash,)))
    return found


def _part(kind: FileKind, subject: str, now: Micros) -> FileEntry:
    part = "goods" if kind == "enterprise" else "basics"
    return FileEntry(
        kind=kind,
        subject=subject,
        part=part,
        source="declared",
        data={"value": "As declared by the unit / 据单位申报"},
        actor=CLERK,
        at=now - FRESH,
    )


def _act(deed: Deed, percent: int | None, note: str, at: Micros) -> Act:
    return Act(place=WATCHED, deed=deed, percent=percent, note=note, actor=CLERK, at=at)


def _plan(building: Building) -> bytes:
    """A drawing of the building's outline, as a PNG."""
    outline = np.array(building.outline)
    low, high = outline.min(axis=0), outline.max(axis=0)
    scale = _DRAWN / float((high - low).max())
    corners = np.column_stack((outline[:, 0] - low[0], high[1] - outline[:, 1]))
    ring = np.round(corners * scale + _MARGIN).astype(np.int32)
    width, height = (round(float(side) * scale) + 2 * _MARGIN for side in high - low)
    picture = np.full((height, width, 3), 255, np.uint8)
    cv2.fillPoly(picture, [ring], (243, 240, 238))
    cv2.polylines(picture, [ring], isClosed=True, color=(30, 24, 20), thickness=3)
    middle = height // 2
    cv2.line(picture, (_MARGIN, middle), (width - _MARGIN, middle), (104, 91, 82), 2)
    return cv2.imencode(".png", picture)[1].tobytes()
