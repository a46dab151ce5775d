"""Consent: the community fire office agrees beforehand that fire equipment is moved (SE-10)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import msgspec
from psycopg import AsyncConnection
from psycopg.rows import DictRow, dict_row

from edge.wire import Micros
from ingest import clock
from ingest.sql import load_queries

_QUERIES = load_queries("hub.equipment")


class Consent(msgspec.Struct, frozen=True, kw_only=True):
    """`subject` is `equipment:ID` or `hydrant:ID`; it may be moved from `start` until `until`."""

    id: int
    subject: str
    start: Micros
    until: Micros
    at: Micros
    actor: str
    note: str


async def may_consent(conn: AsyncConnection[Any], person: str) -> bool:
    """Whether a person speaks for the community fire office.

    Ours: who has the role of fire supervisor, or holds the whole site.
    """
    cursor = await conn.execute(_QUERIES["may_consent"], {"person": person})
    row = await cursor.fetchone()
    return row is not None and bool(row[0])


async def consent(
    conn: AsyncConnection[Any],
    subject: str,
    *,
    start: Micros,
    until: Micros,
    actor: str,
    note: str,
    now: Micros,
) -> Consent:
    """Note a consent, for good."""
    values = {
        "subject": subject,
        "start": clock.moment(start),
        "until": clock.moment(until),
        "at": clock.moment(now),
        "actor": actor,
        "note": note,
    }
    cursor = await conn.execute(_QUERIES["consent"], values)
    row = await cursor.fetchone()
    assert row is not None
    return Consent(
        id=row[0], subject=subject, start=start, until=until, at=now, actor=actor, note=note
    )


async def consents(
    conn: AsyncConnection[Any],
    *,
    subject: str | None = None,
    at: Micros | None = None,
    among: Sequence[str] | None = None,
    before: int | None = None,
    limit: int = 200,
) -> list[Consent]:
    """The last consents, newest first: of a subject, that hold at a time, or of some subjects.

    None asks nothing.
    """
    values = {
        "subject": subject,
        "at": None if at is None else clock.moment(at),
        "among": None if among is None else list(among),
        "before": before,
        "limit": limit,
    }
    async with conn.cursor(row_factory=dict_row) as cursor:
        await cursor.execute(_QUERIES["consents"], values)
        return [_from_row(row) async for row in cursor]


def _from_row(row: DictRow) -> Consent:
    return Consent(
        id=row["id"],
        subject=row["subject"],
        start=clock.micros(row["start"]),
        until=clock.micros(row["until"]),
        at=clock.micros(row["at"]),
        actor=row["actor"],
        note=row["note"],
    )
