"""Routes of the unit register as a table: import with a dry run, export."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Body, Query, Response

from hub.acting import Person, refuse_unknown
from hub.replies.store import Asked, Key, once
from hub.sourced import Source
from hub.table_import import ImportReport, as_table, reported
from hub.units.read import Wanted, all_units, chosen, today
from hub.units.store import add_entries
from hub.units.table import NEEDED, OPTIONAL, read_rows, write_rows
from hub.wiring import Connection, WiredParts

router = APIRouter(prefix="/api", tags=["units"])


@router.get(
    "/units.csv",
    summary="The register as a table",
    response_class=Response,
    responses={200: {"content": {"text/csv": {}}}},
)
async def export_units(
    parts: WiredParts,
    conn: Connection,
    grid: Annotated[str | None, Query(max_length=64, description="This grid or below")] = None,
) -> Response:
    """What counts of every unit, in the form that the import takes."""
    rules = parts.plan.units
    units = await all_units(conn, rules, today(parts.clock(), parts.plan.time_zone))
    table = write_rows(record for _, record in chosen(units, Wanted(grid=grid)))
    return Response(
        table,
        media_type="text/csv; charset=utf-8",
        headers={"Content-Disposition": 'attachment; filename="units.csv"'},
    )


@router.post(
    "/unit-imports",
    summary="Import a table of units",
    responses={400: {}},
    openapi_extra={"requestBody": {"content": {"text/csv": {"schema": {"type": "string"}}}}},
)
async def import_units(
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
    now, rules = parts.clock(), parts.plan.units

    async def take() -> ImportReport:
        rows = as_table(body, NEEDED, OPTIONAL)
        units = await all_units(conn, rules, today(now, parts.plan.time_zone))
        known = {record.unit: record for _, record in units}
        entries, bad = read_rows(rows, known, rules, source=source, actor=person, now=now)
        report = reported(len(rows), len(entries), bad, dry_run=dry_run)
        if not dry_run:
            await add_entries(conn, entries)
        return report

    if dry_run:
        return await take()
    what = f"unit-imports {source} {body.hex()}"
    return await once(conn, Asked(person=person, key=key, what=what, now=now), ImportReport, take)
