"""Routes of the unit register as a table: import with a dry run, export."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query, Response

from edge.wire import Micros
from hub.rights.guard import Acting, needs
from hub.sourced import Source
from hub.table_import import Brought, ImportReport, Rows, Sent, csv_body, take
from hub.units.read import Wanted, chosen, seen_units, today
from hub.units.store import add_entries
from hub.units.table import NEEDED, OPTIONAL, read_rows, write_rows
from hub.wiring import Connection, WiredParts

_EXAMPLE = {"unit": "canteen-1", "class": "key_a"}

router = APIRouter(prefix="/api", tags=["units"])


@router.get(
    "/units.csv",
    summary="The register as a table",
    response_class=Response,
    responses={200: {"content": {"text/csv": {}}}},
    dependencies=[needs("exports.read")],
)
async def export_units(
    parts: WiredParts,
    conn: Connection,
    actor: Acting,
    grid: Annotated[str | None, Query(max_length=64, description="This grid or below")] = None,
) -> Response:
    """What counts of every unit, in the form that the import takes."""
    rules = parts.plan.units
    day = today(parts.clock(), parts.plan.time_zone)
    units = await seen_units(conn, rules, day, actor, "exports.read")
    table = write_rows(record for _, record in chosen(units, Wanted(grid=grid)))
    return Response(
        table,
        media_type="text/csv; charset=utf-8",
        headers={"Content-Disposition": 'attachment; filename="units.csv"'},
    )


@router.post(
    "/unit-imports",
    summary="Import a table of units",
    responses={400: {}, 413: {}},
    openapi_extra=csv_body(_EXAMPLE),
    dependencies=[needs("registers.import")],
)
async def import_units(
    table: Sent,
    parts: WiredParts,
    conn: Connection,
    actor: Acting,
    source: Annotated[Source, Query(description="Where the table comes from")] = "declared",
) -> ImportReport:
    """All rows or none: with `dry_run` bad cells are listed, without they refuse the table."""
    rules = parts.plan.units

    async def bring(rows: Rows, now: Micros) -> Brought:
        day = today(now, parts.plan.time_zone)
        units = await seen_units(conn, rules, day, actor, "registers.import")
        known = {record.unit: record for _, record in units}
        entries, bad = read_rows(rows, known, rules, source=source, actor=table.person, now=now)
        await add_entries(conn, entries)
        return Brought(entries=len(entries), bad=bad)

    return await take(conn, parts, table, bring, needed=NEEDED, optional=OPTIONAL)
