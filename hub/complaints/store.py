"""Store of the complaints."""

from __future__ import annotations

from hashlib import sha256
from typing import Any

from psycopg import AsyncConnection
from psycopg.rows import DictRow, dict_row

from edge.wire import Micros
from hub.complaints.domain import Complaint
from ingest import clock
from ingest.sql import load_queries

MOST_LISTED = 500  # ours

_QUERIES = load_queries("hub.complaints")


async def put(conn: AsyncConnection[Any], complaint: Complaint, ticket: str) -> int:
    """Keep a complaint, in the caller's transaction; returns its number."""
    values = {
        "at": clock.moment(complaint.at),
        "about": complaint.about,
        "by": complaint.by,
        "words": complaint.words,
        "photos": list(complaint.photos),
        "handler": complaint.handler,
        "ticket": _hash(ticket),
    }
    row = await (await conn.execute(_QUERIES["put"], values)).fetchone()
    assert row is not None
    return row[0]


async def find(conn: AsyncConnection[Any], number: int) -> Complaint | None:
    """The complaint of a number."""
    return await _one(conn, "find", {"id": number})


async def find_by_ticket(conn: AsyncConnection[Any], ticket: str) -> Complaint | None:
    """The complaint whose complainant holds this ticket."""
    return await _one(conn, "find_by_ticket", {"ticket": _hash(ticket)})


async def newest(conn: AsyncConnection[Any], handler: str | None) -> list[Complaint]:
    """Complaints of one handler, or all; the unanswered first."""
    async with conn.cursor(row_factory=dict_row) as cursor:
        await cursor.execute(_QUERIES["newest"], {"handler": handler, "limit": MOST_LISTED})
        return [_complaint(row) async for row in cursor]


async def answer(conn: AsyncConnection[Any], number: int, words: str, now: Micros) -> bool:
    """Answer a complaint, once; False: it has its answer."""
    values = {"id": number, "answer": words, "at": clock.moment(now)}
    return (await conn.execute(_QUERIES["answer"], values)).rowcount == 1


async def _one(conn: AsyncConnection[Any], query: str, values: dict[str, Any]) -> Complaint | None:
    async with conn.cursor(row_factory=dict_row) as cursor:
        await cursor.execute(_QUERIES[query], values)
        row = await cursor.fetchone()
    return None if row is None else _complaint(row)


def _hash(ticket: str) -> bytes:
    return sha256(ticket.encode()).digest()


def _complaint(row: DictRow) -> Complaint:
    return Complaint(
        id=row["id"],
        at=clock.micros(row["at"]),
        about=row["about"],
        by=row["said_by"],
        words=row["words"],
        photos=tuple(row["photos"]),
        handler=row["handler"],
        answered=None if row["answered"] is None else clock.micros(row["answered"]),
        answer=row["answer"],
    )
