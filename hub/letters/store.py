"""Store of the letters: written once per case, in the transaction that notes them as sent."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from zoneinfo import ZoneInfo

import msgspec
from msgspec.structs import asdict
from psycopg import AsyncConnection
from psycopg.rows import dict_row
from psycopg.types.json import Jsonb

from edge.wire import Micros
from hub.cases.sight import ALL, Sight
from hub.cases.store import StoredCase, from_row, read_log
from hub.letters.domain import (
    Content,
    EventName,
    Letter,
    Office,
    Receipt,
    fault_report,
    lettered_kinds,
)
from hub.plans.domain import Plan
from hub.sites.domain import Name
from ingest import clock
from ingest.sql import load_queries

CLERK = "system:clerk"  # who writes and sends the letters
WRITTEN_DAYS = 30  # ours: as long as the feed waits for a hub that is away

_QUERIES = load_queries("hub.letters")


class NoSuchLetterError(LookupError):
    """There is no letter with that id."""


class NotOfTheOfficeError(PermissionError):
    """The person does not hold the grid whose office the letter is addressed to."""


async def write_due(conn: AsyncConnection[Any], now: Micros, *, plan: Plan) -> int:
    """Write the letters that cases lack which are open or of the last `WRITTEN_DAYS`.

    In a transaction of its own. Asking again writes nothing twice. Returns how many were written.
    """
    kinds = lettered_kinds(plan)
    if not kinds or not await _unwritten(conn, kinds, now):
        return 0
    async with conn.transaction():
        await conn.execute(_QUERIES["lock"])
        cases = await _unwritten(conn, kinds, now)
        for case in cases:
            await _write(conn, case, plan, now)
    return len(cases)


async def read_letters(
    conn: AsyncConnection[Any],
    *,
    letter: int | None = None,
    case: int | None = None,
    grid: str | None = None,
    before: int | None = None,
    limit: int = 100,
    sight: Sight = ALL,
) -> list[Letter]:
    """Letters about cases in sight with their receipts, newest first; None asks nothing."""
    values = {
        "id": letter,
        "case": case,
        "grid": grid,
        "before": before,
        "limit": limit,
        **asdict(sight),
    }
    async with conn.cursor(row_factory=dict_row) as cursor:
        await cursor.execute(_QUERIES["letters"], values)
        return [
            Letter(
                id=row["id"],
                case_id=row["case_id"],
                content=msgspec.convert(row["content"], Content),
                sha256=row["sha256"],
                receipts=msgspec.convert(row["receipts"], list[Receipt]),
            )
            async for row in cursor
        ]


async def sign(
    conn: AsyncConnection[Any],
    letter: int,
    event: EventName,
    *,
    actor: str,
    now: Micros,
    note: str = "",
    sight: Sight = ALL,
) -> Letter:
    """Note that somebody of the office has read or acknowledged it; once is enough.

    Raises:
        NoSuchLetterError: the id is unknown, or the case out of sight.
        NotOfTheOfficeError: the person holds another grid, or none.
    """
    async with conn.transaction():
        found = await read_letters(conn, letter=letter, sight=sight)
        if not found:
            raise NoSuchLetterError
        offices = await _offices(conn, [found[0].content.to_grid])
        if not any(office.has(actor) for office in offices.values()):
            raise NotOfTheOfficeError
        await _note(conn, letter, Receipt(at=now, actor=actor, event=event, note=note))
        (signed,) = await read_letters(conn, letter=letter)
    return signed


async def _write(conn: AsyncConnection[Any], case: StoredCase, plan: Plan, now: Micros) -> None:
    upper = case.grid_path[-2]
    offices = await _offices(conn, [upper, case.grid])
    office = offices.get(upper, Office(upper, Name(upper, upper), None, None))
    own = offices.get(case.grid)
    log = await read_log(conn, case)
    content = fault_report(
        case,
        log[0].event,
        plan,
        number=await _number(conn, now, plan.time_zone),
        grid_name=Name(case.grid, case.grid) if own is None else own.name,
        office=office,
        people=await _people(conn, [office.warden] if office.warden else []),
        written=now,
    )
    values = {
        "number": content.number,
        "case": case.id,
        "grid": upper,
        "at": clock.moment(now),
        "content": Jsonb(msgspec.to_builtins(content)),
        "sha256": content.sha256(),
    }
    cursor = await conn.execute(_QUERIES["put"], values)
    row = await cursor.fetchone()
    assert row is not None
    await _note(conn, row[0], Receipt(at=now, actor=CLERK, event="sent"))


async def _unwritten(
    conn: AsyncConnection[Any], kinds: Sequence[str], now: Micros
) -> list[StoredCase]:
    values = {"kinds": list(kinds), "since": clock.moment(now - WRITTEN_DAYS * clock.DAY)}
    async with conn.cursor(row_factory=dict_row) as cursor:
        await cursor.execute(_QUERIES["unwritten"], values)
        return [from_row(row) async for row in cursor]


async def _offices(conn: AsyncConnection[Any], grids: Sequence[str]) -> dict[str, Office]:
    cursor = await conn.execute(_QUERIES["office"], {"grids": list(grids)})
    return {
        code: Office(code, msgspec.convert(name, Name), warden, stand_in)
        for code, name, warden, stand_in in await cursor.fetchall()
    }


async def _people(conn: AsyncConnection[Any], people: Sequence[str]) -> dict[str, Name]:
    cursor = await conn.execute(_QUERIES["people"], {"people": list(people)})
    return {person: msgspec.convert(name, Name) for person, name in await cursor.fetchall()}


async def _number(conn: AsyncConnection[Any], now: Micros, zone: str) -> str:
    year = clock.moment(now).astimezone(ZoneInfo(zone)).year
    cursor = await conn.execute(_QUERIES["next_number"], {"year": year})
    row = await cursor.fetchone()
    assert row is not None
    return f"F{year}-{row[0]:05d}"


async def _note(conn: AsyncConnection[Any], letter: int, receipt: Receipt) -> None:
    values = {
        "letter": letter,
        "at": clock.moment(receipt.at),
        "actor": receipt.actor,
        "event": receipt.event,
        "note": receipt.note,
    }
    await conn.execute(_QUERIES["note"], values)
