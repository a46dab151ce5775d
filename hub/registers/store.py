"""Store of the registers: who confirmed which when, append-only."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from psycopg import AsyncConnection

from edge.wire import Micros
from hub.registers.domain import Confirmation, How, Register, RegisterRules, Standing, standing
from hub.registers.part import Part
from ingest import clock
from ingest.sql import load_queries

_QUERIES = load_queries("hub.registers")


async def confirm(
    conn: AsyncConnection[Any],
    registers: Iterable[str],
    *,
    now: Micros,
    by: str | None,
    how: How,
    note: str = "",
) -> None:
    """Note that all entries of these registers hold at `now`; `by` is None for a file's load."""
    values = {
        "registers": list(registers),
        "at": clock.moment(now),
        "actor": by,
        "how": how,
        "note": note,
    }
    await conn.execute(_QUERIES["confirm"], values)


async def standings(
    conn: AsyncConnection[Any],
    registers: Sequence[Register],
    now: Micros,
    rules: RegisterRules,
    part: Part | None = None,
) -> list[Standing]:
    """How the registers stand, in the order given; in a part of the site, if there is one."""
    cursor = await conn.execute(_QUERIES["latest"])
    latest = {row[0]: _confirmation(row) for row in await cursor.fetchall()}
    return [
        standing(register, await register.tally(conn, part), latest.get(register.id), now, rules)
        for register in registers
    ]


async def history(conn: AsyncConnection[Any], register: str, limit: int) -> list[Confirmation]:
    """The confirmations of a register, newest first."""
    values = {"register": register, "limit": limit}
    cursor = await conn.execute(_QUERIES["history"], values)
    return [_confirmation(row) for row in await cursor.fetchall()]


def _confirmation(row: tuple[Any, ...]) -> Confirmation:
    register, at, actor, how, note = row
    return Confirmation(register=register, at=clock.micros(at), by=actor, how=how, note=note)
