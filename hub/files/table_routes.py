"""Routes of the files as a table: import with a dry run."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Body, Query

from hub.acting import Person, refuse_unknown
from hub.files.read import cabinet
from hub.files.store import add_entries
from hub.files.table import NEEDED, OPTIONAL, read_rows
from hub.replies.store import Asked, Key, once
from hub.sourced import Source
from hub.table_import import ImportReport, as_table, reported
from hub.wiring import Connection, WiredParts

router = APIRouter(prefix="/api", tags=["files"])


@router.post(
    "/file-imports",
    summary="Import parts of files from a table",
    responses={400: {}},
    openapi_extra={"requestBody": {"content": {"text/csv": {"schema": {"type": "string"}}}}},
)
async def import_files(
    parts: WiredParts,
    conn: Connection,
    person: Person,
    body: Annotated[bytes, Body(media_type="text/csv")],
    source: Annotated[Source, Query(description="Where the table comes from")] = "declared",
    dry_run: Annotated[bool, Query(description="Only tell what it would bring")] = False,
    key: Key = None,
) -> ImportReport:
    """All rows or none: with `dry_run` bad cells are listed, without they refuse the table."""
    await refuse_unknown(parts, conn, person)
    now = parts.clock()

    async def take() -> ImportReport:
        rows = as_table(body, NEEDED, OPTIONAL)
        files = {
            (one.subject.kind, one.subject.id): one.state
            for one in (await cabinet(conn, parts)).files
        }
        entries, bad = read_rows(
            rows, files, parts.plan.files, source=source, actor=person, now=now
        )
        report = reported(len(rows), len(entries), bad, dry_run=dry_run)
        if not dry_run:
            await add_entries(conn, entries)
        return report

    if dry_run:
        return await take()
    what = f"file-imports {source} {body.hex()}"
    return await once(conn, Asked(person=person, key=key, what=what, now=now), ImportReport, take)
