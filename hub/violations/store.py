"""Store of the violations."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import msgspec
from psycopg import AsyncConnection
from psycopg.rows import dict_row

from hub.violations.domain import Violation
from ingest import clock
from ingest.sql import load_queries

_QUERIES = load_queries("hub.violations")


async def record(conn: AsyncConnection[Any], violation: Violation) -> int:
    """Record a violation, in the caller's transaction; returns its number."""
    values = msgspec.structs.asdict(violation) | {
        "happened": clock.moment(violation.happened),
        "recorded": clock.moment(violation.recorded),
        "evidence": list(violation.evidence),
    }
    row = await (await conn.execute(_QUERIES["put"], values)).fetchone()
    assert row is not None
    return row[0]


async def newest(
    conn: AsyncConnection[Any],
    *,
    person: str | None = None,
    people: Sequence[str] | None = None,
    before: int | None = None,
    limit: int,
) -> list[tuple[int, Violation]]:
    """Violations of some people (None: all) with their numbers, the newest first."""
    values = {
        "person": person,
        "people": None if people is None else list(people),
        "before": before,
        "limit": limit,
    }
    async with conn.cursor(row_factory=dict_row) as cursor:
        await cursor.execute(_QUERIES["newest"], values)
        return [
            (
                row["id"],
                Violation(
                    kind=row["kind"],
                    person=row["person"],
                    happened=clock.micros(row["happened"]),
                    words=row["words"],
                    evidence=tuple(row["evidence"]),
                    recorded=clock.micros(row["recorded"]),
                    recorded_by=row["recorded_by"],
                ),
            )
            async for row in cursor
        ]
