"""Imports of tables over the API: tried first, then taken whole or not at all."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Annotated, Any

import msgspec
from fastapi import Depends, Query, Request
from psycopg import AsyncConnection
from pydantic import BaseModel, Field

from edge.wire import Micros
from hub.acting import Person, refuse_unknown
from hub.problems import FieldError, ProblemError, invalid, told
from hub.replies.store import Asked, Key, once
from hub.tables import BadCell, TableError, read_table, write_table
from hub.wiring import Parts

SHOWN = 500  # bad cells that a report names; ours


def csv_body(row: Mapping[str, str]) -> dict[str, Any]:
    """How a route of an import describes its body; `row` is an example by column."""
    example = write_table([row], list(row)).decode("utf-8-sig")
    content = {"text/csv": {"schema": {"type": "string"}, "example": example}}
    return {"requestBody": {"required": True, "content": content}}


class BadCellView(BaseModel):
    """What is wrong with a cell of a table, and what to do."""

    line: int = Field(description="As a spreadsheet counts: the header is line 1")
    column: str
    text: str


class ImportReport(BaseModel):
    """What a table brings, or would bring."""

    rows: int
    entries: int = Field(description="What is new; what is known already counts nothing")
    changed: int | None = Field(
        None, description="Of these, what corrects an entry; null where entries are only ever added"
    )
    written: bool
    bad: list[BadCellView]


class SentTable(msgspec.Struct, frozen=True, kw_only=True):
    """A table that came with a request; `what` is the same for the same request."""

    body: bytes
    person: str
    dry_run: bool
    key: str | None
    what: str


class Brought(msgspec.Struct, frozen=True, kw_only=True):
    """What the rows of a table came to."""

    entries: int
    changed: int | None = None
    bad: Sequence[BadCell] = ()


Rows = list[dict[str, str]]
Bring = Callable[[Rows, Micros], Awaitable[Brought]]


async def _sent(
    request: Request,
    person: Person,
    dry_run: Annotated[bool, Query(description="Only tell what it would bring")] = False,
    key: Key = None,
) -> SentTable:
    body = await request.body()
    what = f"{request.url.path}?{request.url.query} {body.hex()}"
    return SentTable(body=body, person=person, dry_run=dry_run, key=key, what=what)


Sent = Annotated[SentTable, Depends(_sent)]


async def take(
    conn: AsyncConnection[Any],
    parts: Parts,
    table: SentTable,
    bring: Bring,
    *,
    needed: Sequence[str],
    optional: Sequence[str] = (),
) -> ImportReport:
    """Let `bring` write what the rows say, in a transaction; a dry run is taken back.

    Raises:
        ProblemError: a 422, if it can't be read, or names the bad cells and this is no dry run.
    """
    await refuse_unknown(parts, conn, table.person)
    now = parts.clock()

    async def work() -> ImportReport:
        with told(TableError, _unreadable):
            rows = read_table(table.body, needed, optional)
        brought = await bring(rows, now)
        bad = brought.bad[:SHOWN]
        if bad and not table.dry_run:
            raise invalid([_field(cell) for cell in bad])
        return ImportReport(
            rows=len(rows),
            entries=brought.entries,
            changed=brought.changed,
            written=not table.dry_run,
            bad=[BadCellView(line=one.line, column=one.column, text=one.text) for one in bad],
        )

    if table.dry_run:
        async with conn.transaction(force_rollback=True):
            return await work()
    asked = Asked(person=table.person, key=table.key, what=table.what, now=now)
    return await once(conn, asked, ImportReport, work)


def _unreadable(error: TableError) -> ProblemError:
    return ProblemError(422, "unreadable-table", "The table can't be read", str(error))


def _field(cell: BadCell) -> FieldError:
    return FieldError(field=f"line {cell.line}, {cell.column}", message=cell.text)
