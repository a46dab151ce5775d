"""Store of the audit log: append in the caller's transaction, read in order, check the chain."""

from __future__ import annotations

from typing import Any

from psycopg import AsyncConnection
from psycopg.rows import dict_row
from psycopg.types.json import Jsonb

from hub.audit.domain import Entry, SealedEntry, first_break, sealed
from hub.sealing import GENESIS
from ingest import clock, locks
from ingest.sql import load_queries

_CHECKED_AT_ONCE = 5000

_QUERIES = load_queries("hub.audit")


async def note(conn: AsyncConnection[Any], entry: Entry) -> SealedEntry:
    """Append an entry; one writer at a time, until the caller's transaction ends."""
    await conn.execute(_QUERIES["lock"], {"key": locks.AUDIT_LOG})
    cursor = await conn.execute(_QUERIES["head"])
    row = await cursor.fetchone()
    after, prev_hash = (0, GENESIS) if row is None else (row[0], bytes(row[1]))
    one = sealed(entry, after=after, prev_hash=prev_hash)
    values = {
        "seq": one.seq,
        "at": clock.moment(entry.at),
        "actor": entry.actor,
        "action": entry.action,
        "subject": entry.subject,
        "data": Jsonb(entry.data),
        "prev_hash": one.prev_hash,
        "hash": one.hash,
    }
    await conn.execute(_QUERIES["append"], values)
    return one


async def read(conn: AsyncConnection[Any], *, after: int = 0, limit: int) -> list[SealedEntry]:
    """Entries after a number, oldest first."""
    async with conn.cursor(row_factory=dict_row) as cursor:
        await cursor.execute(_QUERIES["page"], {"after": after, "limit": limit})
        return [
            SealedEntry(
                seq=row["seq"],
                entry=Entry(
                    at=clock.micros(row["at"]),
                    actor=row["actor"],
                    action=row["action"],
                    subject=row["subject"],
                    data=row["data"],
                ),
                prev_hash=bytes(row["prev_hash"]),
                hash=bytes(row["hash"]),
            )
            async for row in cursor
        ]


async def find_break(conn: AsyncConnection[Any]) -> int | None:
    """The number of the first entry of the whole log that was altered or is missing, or None."""
    after, prev_hash = 0, GENESIS
    while page := await read(conn, after=after, limit=_CHECKED_AT_ONCE):
        broken = first_break(page, after=after, prev_hash=prev_hash)
        if broken is not None:
            return broken
        after, prev_hash = page[-1].seq, page[-1].hash
    return None
