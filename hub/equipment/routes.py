"""Routes of the fire equipment: cards, their logs, files in and out, stock."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import Annotated

from fastapi import APIRouter, Path, Query, Response

from hub.acting import Person, refuse_unknown
from hub.equipment import imports, store
from hub.equipment.domain import Card
from hub.equipment.stock import compare
from hub.equipment.table import NEEDED, OPTIONAL, rows_of
from hub.equipment.views import (
    CardFile,
    CardList,
    CardRequest,
    CardView,
    LogView,
    StockView,
    WorkRequest,
    card_view,
    stock_line,
)
from hub.equipment.where import What, read_homes, seen_cards, things_of
from hub.logbooks.views import line_view
from hub.paging import After, Most, named
from hub.photos.store import NoSuchPhotoError, hold
from hub.photos.views import no_such_photo
from hub.problems import FieldError, ProblemError, invalid, told
from hub.registers.rows import OUTSIDE
from hub.replies.repeatable import repeatable
from hub.rights.domain import SITE_WIDE, Actor, Right, may
from hub.rights.guard import Acting, needs, within
from hub.sites.coverage import locate_among, paths_among
from hub.sites.domain import Name, grid_path
from hub.sites.store import read_grids
from hub.table_import import ImportReport, Sent, csv_body, take
from hub.tables import write_table
from hub.views import name_view
from hub.wiring import Connection, Parts, WiredParts

CardId = Annotated[str, Path(pattern=r"^[A-Za-z0-9._-]{1,64}$", examples=["E-12"])]
_HOMES: tuple[What, ...] = ("place", "unit", "building")

_EXAMPLE = {
    "id": "EXT-001",
    "name_en": "Extinguisher",
    "name_zh": "灭火器",
    "kind": "extinguisher",
    "quantity": "2",
}

router = APIRouter(prefix="/api", tags=["equipment"])


@router.get(
    "/equipment", summary="Cards of the fire equipment", dependencies=[needs("registers.read")]
)
async def list_equipment(
    parts: WiredParts,
    conn: Connection,
    actor: Acting,
    grid: Annotated[str | None, Query(description="Only in this grid or below it")] = None,
    kind: Annotated[str | None, Query(description="Only of this kind")] = None,
    expiring: Annotated[bool, Query(description="Only what expires soon, or has")] = False,
    removed: Annotated[bool, Query(description="What was removed, too")] = False,
    most: Most = None,
    after: After = None,
) -> CardList:
    """What expires first stands first."""
    cards = await seen_cards(conn, await store.read_all(conn), actor, "registers.read")
    views = await _views(conn, cards, parts)
    inside = [
        one
        for one in views
        if (removed or not one.removed)
        and (grid is None or grid in one.grid_path)
        and (kind is None or one.kind == kind)
    ]
    inside.sort(key=lambda one: (one.valid_until is None, one.valid_until, one.id))
    wanted = [one for one in inside if one.expires or not expiring]
    page, onward = named(wanted, lambda one: one.id, after, most)
    return CardList(
        items=page,
        next=onward,
        expiring=sum(one.expires and not one.expired for one in inside),
        expired=sum(one.expired for one in inside),
    )


@router.get(
    "/equipment.csv",
    summary="The cards as CSV",
    response_class=Response,
    dependencies=[needs("exports.read")],
)
async def export_equipment(conn: Connection, actor: Acting) -> Response:
    """UTF-8 with a byte order mark; what an import takes."""
    cards = await seen_cards(conn, await store.read_all(conn), actor, "exports.read")
    content = write_table(rows_of(cards), (*NEEDED, *OPTIONAL))
    name = {"Content-Disposition": 'attachment; filename="equipment.csv"'}
    return Response(content, media_type="text/csv", headers=name)


@router.post(
    "/equipment/import",
    summary="Import cards from CSV",
    responses={400: {}, 413: {}},
    openapi_extra=csv_body(_EXAMPLE),
    dependencies=[needs("registers.import")],
)
async def import_equipment(
    table: Sent, parts: WiredParts, conn: Connection, actor: Acting
) -> ImportReport:
    """Columns id, name_en, name_zh, kind, quantity; where: place, unit, building, or x and y.

    All rows or none: with `dry_run` bad cells are listed, without they refuse the table.
    """
    bring = partial(imports.bring, conn, actor=actor)
    return await take(conn, parts, table, bring, needed=NEEDED, optional=OPTIONAL)


@router.get(
    "/equipment/stock",
    summary="Fire stock against the plan's targets",
    dependencies=[needs("registers.read")],
)
async def read_stock(
    parts: WiredParts,
    conn: Connection,
    actor: Acting,
    grid: Annotated[str | None, Query(description="Only this grid and those below it")] = None,
) -> StockView:
    """What lacks stands first. What expired or was removed does not count."""
    plan, grids = parts.plan, await read_grids(conn)
    cards = await store.read_all(conn)
    parents = {one.code: one.parent for one in grids}
    where = locate_among(grids, things_of(cards))
    lines = compare(
        plan.stock, grids, [(card, where.get(card.id)) for card in cards], parts.today()
    )
    paths = {one.code: grid_path(parents, one.code) for one in grids}
    wanted = [
        one
        for one in lines
        if may(actor, "registers.read", paths[one.grid])
        and (grid is None or grid in paths[one.grid])
    ]
    wanted.sort(key=lambda one: one.lacking == 0)
    return StockView(
        items=[stock_line(one, name_view(plan.stock[one.target].title)) for one in wanted],
        deficits=sum(one.lacking > 0 for one in wanted),
    )


@router.get(
    "/equipment/{card}", summary="A card with its log", dependencies=[needs("registers.read")]
)
async def read_card(card: CardId, parts: WiredParts, conn: Connection, actor: Acting) -> CardFile:
    """Every check, maintenance and renewal, newest first."""
    found = await _found(conn, card, actor, "registers.read")
    (view,) = await _views(conn, [found], parts)
    log = [line_view(LogView, one, parts.directory) for one in await store.LOG.history(conn, card)]
    return CardFile(card=view, log=log)


@router.put(
    "/equipment/{card}",
    summary="Write a card",
    responses={400: {}, 409: {}},
    dependencies=[needs("registers.write")],
)
async def put_card(
    card: CardId,
    request: CardRequest,
    parts: WiredParts,
    conn: Connection,
    person: Person,
    actor: Acting,
) -> CardView:
    """A new one, or a correction; of a removed item nothing is corrected."""
    await refuse_unknown(parts, conn, person)
    with told(store.RemovedError, _removed):
        async with conn.transaction():
            await store.lock(conn)
            if await store.find(conn, card) is not None:
                await _found(conn, card, actor, "registers.write")
            wanted = await _asked(conn, card, request, actor)
            spot = await store.spot_of(conn, wanted)
            if spot is None or not may(actor, "registers.write", spot.grid_path):
                raise invalid([FieldError(field="body.at", message=OUTSIDE)])
            await store.put(conn, [wanted], actor=person, now=parts.clock())
    kept = await store.find(conn, card)
    assert kept is not None
    (view,) = await _views(conn, [kept], parts)
    return view


@router.post(
    "/equipment/{card}/log",
    summary="Log what was done with an item",
    responses={400: {}, 404: {}},
    dependencies=[needs("registers.write")],
)
@repeatable
async def log_work(
    card: CardId,
    request: WorkRequest,
    parts: WiredParts,
    conn: Connection,
    person: Person,
    actor: Acting,
) -> CardView:
    """Checked, maintained, renewed (with the new validity) or removed."""
    await refuse_unknown(parts, conn, person)
    if request.work == "renewed" and request.valid_until is None:
        message = "say until when it is valid now"
        raise invalid([FieldError(field="body.valid_until", message=message)])
    day = request.day or parts.today()
    if day > parts.today():
        raise invalid([FieldError(field="body.day", message="is still to come")])
    with told(NoSuchPhotoError, no_such_photo):
        async with conn.transaction():
            await store.lock(conn)
            found = await _found(conn, card, actor, "registers.write")
            await hold(conn, request.photos)
            after = await store.log_work(
                conn,
                found,
                request.work,
                day=day,
                actor=person,
                now=parts.clock(),
                valid_until=request.valid_until,
                words=request.note.strip(),
                photos=request.photos,
            )
    (view,) = await _views(conn, [after], parts)
    return view


async def _found(conn: Connection, card: str, actor: Actor, right: Right) -> Card:
    found = await store.find(conn, card)
    cards = [] if found is None else [found]
    paths = paths_among(await read_grids(conn), things_of(cards))
    within(actor, right, paths.get(card, SITE_WIDE))
    if found is None:
        raise _no_such_card(card)
    return found


def _no_such_card(card: str) -> ProblemError:
    return ProblemError(
        404,
        "no-such-equipment",
        "There is no such card",
        f"No card has id {card}; see GET /api/equipment.",
    )


def _removed(error: store.RemovedError) -> ProblemError:
    return ProblemError(409, "equipment-removed", "The item was removed", f"Card {error}.")


async def _asked(conn: Connection, card: str, request: CardRequest, actor: Actor) -> Card:
    homes = await read_homes(conn, actor, "registers.write")
    named: list[tuple[What, str]] = [
        (what, id_) for what in _HOMES if (id_ := getattr(request, what)) is not None
    ]
    for what, id_ in named:
        if (what, id_) not in homes:
            message = f"the site has no {what} {id_}"
            raise invalid([FieldError(field=f"body.{what}", message=message)])
    home = homes[named[0]] if named else None
    at = request.at or (home.at if home else None)
    if at is None:
        message = "where is it? name a place, a unit, a building or a point"
        raise invalid([FieldError(field="body.place", message=message)])
    floor = request.floor if request.floor is not None else (home.floor if home else None)
    return Card(
        id=card,
        name=Name(request.name.en, request.name.zh),
        kind=request.kind,
        quantity=request.quantity,
        bought=request.bought,
        valid_until=request.valid_until,
        at=at,
        floor=floor,
        place=request.place,
        unit=request.unit,
        building=request.building or (home.building if home else None),
    )


async def _views(conn: Connection, cards: Sequence[Card], parts: Parts) -> list[CardView]:
    grids = await read_grids(conn)
    parents = {one.code: one.parent for one in grids}
    where = locate_among(grids, things_of(cards))
    today, days = parts.today(), parts.plan.equipment.warning_days
    views: list[CardView] = []
    for card in cards:
        leaf = where.get(card.id)
        path = () if leaf is None else grid_path(parents, leaf)
        views.append(card_view(card, leaf, path, today, days))
    return views
