"""Store of the investigations; each change stands in the audit log, in the same transaction."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from psycopg import AsyncConnection
from psycopg.rows import DictRow, dict_row

from edge.wire import Micros
from hub.audit import store as audit
from hub.audit.domain import Entry
from hub.investigations.domain import Investigation, Request, checked, closed, decided
from ingest import clock
from ingest.sql import load_queries

_REACH = 2 * 12 * 3_600_000_000  # what a stay at the window's edge may rest on; see hub.tracing

_QUERIES = load_queries("hub.investigations")


class NoSuchInvestigationError(LookupError):
    """There is no investigation with that id."""


async def ask(
    conn: AsyncConnection[Any], request: Request, *, by: str, now: Micros
) -> Investigation:
    """Put a request to whoever may approve it.

    Raises:
        InvestigationError: it can't be asked so.
    """
    tidy = checked(request, now)
    async with conn.transaction():
        values = {
            "purpose": tidy.purpose,
            "legal_basis": tidy.legal_basis,
            "index_persons": list(tidy.index_persons),
            "start": clock.moment(tidy.start),
            "end": clock.moment(tidy.end),
            "hours": tidy.hours,
            "opened_by": by,
            "opened": clock.moment(now),
        }
        cursor = await conn.execute(_QUERIES["put"], values)
        row = await cursor.fetchone()
        assert row is not None
        data = {
            "purpose": tidy.purpose,
            "legal_basis": tidy.legal_basis,
            "index_persons": len(tidy.index_persons),
            "from": clock.moment(tidy.start).isoformat(),
            "to": clock.moment(tidy.end).isoformat(),
            "hours": tidy.hours,
        }
        await note(conn, row[0], "investigation.asked", by, now, data)
    return Investigation(id=row[0], request=tidy, opened_by=by, opened=now)


async def decide(
    conn: AsyncConnection[Any], investigation: int, *, by: str, approve: bool, now: Micros
) -> Investigation:
    """Approve or refuse; what an approved one may need is not deleted until it ends.

    Raises:
        NoSuchInvestigationError: the id is unknown.
        InvestigationError: it can't be decided so.
    """
    async with conn.transaction():
        after = decided(await _found(conn, "find_to_change", investigation), by=by,
                        approve=approve, now=now)  # fmt: skip
        await _change(conn, after)
        if after.expires is not None:
            hold = {
                "holder": _name(investigation),
                "start": clock.moment(after.request.start - _REACH),
                "finish": clock.moment(after.request.end + _REACH),
                "until": clock.moment(after.expires),
            }
            await conn.execute(_QUERIES["hold"], hold)
        action = "investigation.approved" if approve else "investigation.refused"
        await note(conn, investigation, action, by, now, {})
    return after


async def close(
    conn: AsyncConnection[Any], investigation: int, *, by: str, now: Micros
) -> Investigation:
    """Close it before its time.

    Raises:
        NoSuchInvestigationError: the id is unknown.
        InvestigationError: it can't be closed so.
    """
    async with conn.transaction():
        after = closed(await _found(conn, "find_to_change", investigation), by=by, now=now)
        await _change(conn, after)
        await conn.execute(_QUERIES["release"], {"holder": _name(investigation)})
        await note(conn, investigation, "investigation.closed", by, now, {})
    return after


async def find(conn: AsyncConnection[Any], investigation: int) -> Investigation:
    """The investigation with that id.

    Raises:
        NoSuchInvestigationError: the id is unknown.
    """
    return await _found(conn, "find", investigation)


async def newest(
    conn: AsyncConnection[Any], limit: int, before: int | None = None, of: str | None = None
) -> list[Investigation]:
    """Investigations, the newest first; those that `of` opened or decided, if named."""
    async with conn.cursor(row_factory=dict_row) as cursor:
        values = {"limit": limit, "before": before, "of": of}
        await cursor.execute(_QUERIES["newest"], values)
        return [_from_row(row) async for row in cursor]


async def note(
    conn: AsyncConnection[Any],
    investigation: int,
    action: str,
    actor: str,
    now: Micros,
    data: dict[str, Any],
) -> None:
    """Write into the audit log what was done under an investigation."""
    entry = Entry(at=now, actor=actor, action=action, subject=_name(investigation), data=data)
    await audit.note(conn, entry)


def _name(investigation: int) -> str:
    return f"investigation:{investigation}"


async def _change(conn: AsyncConnection[Any], after: Investigation) -> None:
    values = {
        "id": after.id,
        "decided_by": after.decided_by,
        "decided": _moment(after.decided),
        "approved": after.approved,
        "expires": _moment(after.expires),
        "closed_by": after.closed_by,
        "closed": _moment(after.closed),
    }
    await conn.execute(_QUERIES["change"], values)


async def _found(conn: AsyncConnection[Any], query: str, investigation: int) -> Investigation:
    async with conn.cursor(row_factory=dict_row) as cursor:
        await cursor.execute(_QUERIES[query], {"id": investigation})
        row = await cursor.fetchone()
    if row is None:
        raise NoSuchInvestigationError(f"there is no investigation {investigation}")
    return _from_row(row)


def _from_row(row: DictRow) -> Investigation:
    return Investigation(
        id=row["id"],
        request=Request(
            purpose=row["purpose"],
            legal_basis=row["legal_basis"],
            index_persons=tuple(row["index_persons"]),
            start=clock.micros(row["window_start"]),
            end=clock.micros(row["window_end"]),
            hours=row["hours"],
        ),
        opened_by=row["opened_by"],
        opened=clock.micros(row["opened"]),
        decided_by=row["decided_by"],
        decided=_micros(row["decided"]),
        approved=row["approved"],
        expires=_micros(row["expires"]),
        closed_by=row["closed_by"],
        closed=_micros(row["closed"]),
    )


def _moment(micros: Micros | None) -> datetime | None:
    return None if micros is None else clock.moment(micros)


def _micros(moment: datetime | None) -> Micros | None:
    return None if moment is None else clock.micros(moment)
