"""Store of the audit log: note in the caller's transaction, seal in order, read.

An entry waits in a queue from the caller's commit until one writer chains it, within a second
while a hub follows, at the next start otherwise; see docs/decisions/0019.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextvars import ContextVar
from datetime import datetime
from typing import Any

import msgspec
from psycopg import AsyncConnection
from psycopg.rows import DictRow, dict_row
from psycopg.types.json import Jsonb

from edge.wire import Micros
from hub.audit.domain import Break, Entry, Head, SealedEntry, is_own, sealed
from ingest import clock, locks
from ingest.sql import load_queries

SEAL_EVERY_S = 0.5  # ours: with the work itself, an entry is chained within a second
AT_ONCE = 2000  # entries sealed or checked in one transaction; ours: some 100 ms

_QUERIES = load_queries("hub.audit")
_by_hand: ContextVar[list[str] | None] = ContextVar("noted_by_hand", default=None)


class Wanted(msgspec.Struct, frozen=True, kw_only=True):
    """What an auditor looks for; None asks nothing. `action` takes what lies below it, too."""

    actor: str | None = None
    action: str | None = None
    subject: str | None = None
    start: datetime | None = None
    finish: datetime | None = None


async def note(conn: AsyncConnection[Any], entry: Entry) -> None:
    """Put an entry into the log, in the caller's transaction: both happen or neither does."""
    noted = _by_hand.get()
    if noted is not None:
        noted.append(entry.action)
    values = msgspec.structs.asdict(entry) | {
        "at": clock.moment(entry.at),
        "data": Jsonb(entry.data),
    }
    await conn.execute(_QUERIES["note"], values)


def watched() -> None:
    """From now on in this task, remember whether anything was noted."""
    _by_hand.set([])


def noted_by_hand() -> bool:
    """Whether anything was noted in this task since `watched`."""
    return bool(_by_hand.get())


async def seal_due(conn: AsyncConnection[Any], now: Micros = 0) -> bool:
    """Chain what waits; True if it may be that more does. Any number of hubs may do it at once."""
    del now  # it is work of `hub.rounds`
    cursor = await conn.execute(_QUERIES["anything_queued"])
    if await cursor.fetchone() != (True,):
        return False
    async with conn.transaction():
        await conn.execute(_QUERIES["lock"], {"key": locks.AUDIT_LOG})
        # A statement of its own: its snapshot holds all that was committed before the lock.
        async with conn.cursor(row_factory=dict_row) as rows:
            await rows.execute(_QUERIES["queued"], {"limit": AT_ONCE})
            waiting = await rows.fetchall()
        last = await head(conn)
        chained: list[dict[str, Any]] = []
        for row in waiting:
            one = sealed(_entry(row), after=last.seq, prev_hash=last.hash)
            chained.append(
                row
                | {"seq": one.seq, "prev_hash": one.prev_hash, "hash": one.hash}
                | {"data": Jsonb(row["data"]), "queued": row["id"]}
            )
            last = Head(one.seq, one.hash)
        async with conn.cursor() as cursor:
            await cursor.executemany(_QUERIES["append"], chained)
        await conn.execute(_QUERIES["leave_queue"], {"ids": [row["id"] for row in waiting]})
    return len(waiting) == AT_ONCE


async def seal_all(conn: AsyncConnection[Any]) -> None:
    """Chain all that was noted before."""
    while await seal_due(conn):
        pass


async def head(conn: AsyncConnection[Any]) -> Head:
    """The last entry."""
    row = await (await conn.execute(_QUERIES["head"])).fetchone()
    return Head() if row is None else Head(row[0], bytes(row[1]))


async def waiting(conn: AsyncConnection[Any]) -> tuple[int, datetime | None]:
    """How many entries are not yet chained, and since when the oldest waits."""
    row = await (await conn.execute(_QUERIES["waiting"])).fetchone()
    assert row is not None
    return row[0], row[1]


async def find(
    conn: AsyncConnection[Any],
    wanted: Wanted,
    *,
    after: int = 0,
    before: int | None = None,
    newest: bool = False,
    limit: int,
) -> tuple[list[SealedEntry], list[Break]]:
    """Entries between two numbers, and those of them that do not fit their neighbours."""
    values = msgspec.structs.asdict(wanted) | {"after": after, "before": before, "limit": limit}
    order = _QUERIES["newest_first" if newest else "oldest_first"]
    entries: list[SealedEntry] = []
    broken: list[Break] = []
    async with conn.cursor(row_factory=dict_row) as cursor:
        await cursor.execute(_QUERIES["find"] + order, values)
        async for row in cursor:
            one = sealed_entry(row)
            entries.append(one)
            fits = (
                is_own(one)
                and row["hash_before"] in (None, one.prev_hash)
                and row["hash_behind"] in (None, one.hash)
            )
            if not fits:
                broken.append(Break(seq=one.seq, why="altered"))
    return entries, broken


async def read(conn: AsyncConnection[Any], *, after: int = 0, limit: int) -> list[SealedEntry]:
    """Entries after a number, oldest first."""
    async with conn.cursor(row_factory=dict_row) as cursor:
        await cursor.execute(_QUERIES["page"], {"after": after, "limit": limit})
        return [sealed_entry(row) async for row in cursor]


async def read_through(
    conn: AsyncConnection[Any], *, after: int = 0, last: int | None = None
) -> AsyncIterator[SealedEntry]:
    """All entries after a number, up to `last` or the end."""
    while page := await read(conn, after=after, limit=AT_ONCE):
        for one in page:
            if last is not None and one.seq > last:
                return
            yield one
        after = page[-1].seq


async def find_entry(conn: AsyncConnection[Any], seq: int) -> SealedEntry | None:
    """The entry of a number."""
    async with conn.cursor(row_factory=dict_row) as cursor:
        await cursor.execute(_QUERIES["entry"], {"seq": seq})
        row = await cursor.fetchone()
    return None if row is None else sealed_entry(row)


async def between(
    conn: AsyncConnection[Any], start: datetime | None, finish: datetime | None
) -> tuple[int, int] | None:
    """The numbers of the first and the last entry of a time; None: there is none."""
    cursor = await conn.execute(_QUERIES["between"], {"start": start, "finish": finish})
    row = await cursor.fetchone()
    return None if row is None or row[0] is None else (row[0], row[1])


def sealed_entry(row: DictRow) -> SealedEntry:
    """The entry in a row of `hub.audit_log`."""
    return SealedEntry(
        seq=row["seq"],
        entry=_entry(row),
        prev_hash=bytes(row["prev_hash"]),
        hash=bytes(row["hash"]),
    )


def _entry(row: DictRow) -> Entry:
    return Entry(
        at=clock.micros(row["at"]),
        actor=row["actor"],
        action=row["action"],
        subject=row["subject"],
        data=row["data"],
    )
