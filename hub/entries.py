"""Entries: rows of a register that are only ever added, there and back."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, TypeVar

import msgspec
from psycopg import AsyncConnection
from psycopg.rows import dict_row
from psycopg.sql import SQL, Composed
from psycopg.types.json import Jsonb

from ingest import clock

E = TypeVar("E", bound=msgspec.Struct)


async def append(conn: AsyncConnection[Any], query: SQL, entries: Iterable[msgspec.Struct]) -> None:
    """Append entries, in their order, in one transaction; `query` names their fields."""
    values = [
        {field: _stored(field, value) for field, value in msgspec.structs.asdict(entry).items()}
        for entry in entries
    ]
    async with conn.transaction(), conn.cursor() as cursor:
        await cursor.executemany(query, values)


async def read(
    conn: AsyncConnection[Any],
    query: SQL | Composed,
    values: Mapping[str, Any],
    model: type[E],
) -> list[E]:
    """What a query finds, in its order; the moment `at` is microseconds UTC in the model."""
    async with conn.cursor(row_factory=dict_row) as cursor:
        await cursor.execute(query, values)
        return [
            msgspec.convert({**row, "at": clock.micros(row["at"])}, model) async for row in cursor
        ]


def _stored(field: str, value: Any) -> Any:
    if field == "at":
        return clock.moment(value)
    match value:
        case dict():
            return Jsonb(value)
        case tuple():
            return [*value]  # psycopg takes a tuple as a row
        case _:
            return value
