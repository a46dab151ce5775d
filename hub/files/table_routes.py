"""Routes of the files as a table: import with a dry run."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query

from edge.wire import Micros
from hub.files.read import seen_cabinet
from hub.files.store import add_entries
from hub.files.table import NEEDED, OPTIONAL, read_rows
from hub.rights.guard import Acting, needs
from hub.sourced import Source
from hub.table_import import Brought, ImportReport, Rows, Sent, csv_body, take
from hub.wiring import Connection, WiredParts

_EXAMPLE = {"kind": "building", "subject": "dorm-3", "part": "floors", "value": "6"}

router = APIRouter(prefix="/api", tags=["files"])


@router.post(
    "/file-imports",
    summary="Import parts of files from a table",
    responses={400: {}, 413: {}},
    openapi_extra=csv_body(_EXAMPLE),
    dependencies=[needs("registers.import")],
)
async def import_files(
    table: Sent,
    parts: WiredParts,
    conn: Connection,
    actor: Acting,
    source: Annotated[Source, Query(description="Where the table comes from")] = "declared",
) -> ImportReport:
    """All rows or none: with `dry_run` bad cells are listed, without they refuse the table."""

    async def bring(rows: Rows, now: Micros) -> Brought:
        found = (await seen_cabinet(conn, parts, actor, "registers.import")).files
        files = {(one.subject.kind, one.subject.id): one.state for one in found}
        entries, bad = read_rows(
            rows, files, parts.plan.files, source=source, actor=table.person, now=now
        )
        await add_entries(conn, entries)
        return Brought(entries=len(entries), bad=bad)

    return await take(conn, parts, table, bring, needed=NEEDED, optional=OPTIONAL)
