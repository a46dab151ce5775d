"""Routes of the watch list: read it, act on a place."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Path, Query

from hub.acting import Person, refuse_unknown
from hub.cases.query import confirmed_cases
from hub.division.read import site_in_force
from hub.problems import ProblemError
from hub.replies.store import Asked, Key, once
from hub.rights.domain import SITE_WIDE, may
from hub.rights.guard import Acting, needs, within
from hub.sites.coverage import locate
from hub.sites.domain import SiteDocument, grid_path
from hub.views import name_view
from hub.watchlist.domain import Act, ActRefusedError, Confirmed, refuse_out_of_turn, watched
from hub.watchlist.store import add_act, all_acts, lock_place
from hub.watchlist.views import (
    ActRequest,
    Spotted,
    WatchedView,
    WatchList,
    unknown_spot,
    watched_view,
)
from hub.wiring import Connection, Parts, WiredParts

PlaceId = Annotated[str, Path(pattern=r"^[A-Za-z0-9._-]{1,64}$", examples=["canteen-1-kitchen"])]

router = APIRouter(prefix="/api", tags=["watch list"])


@router.get(
    "/watch-list",
    summary="Untrusted places, newest first",
    responses={404: {}},
    dependencies=[needs("registers.read")],
)
async def read_watch_list(
    parts: WiredParts,
    conn: Connection,
    actor: Acting,
    grid: Annotated[str | None, Query(max_length=64, description="This grid or below")] = None,
    released: Annotated[bool, Query(description="Those that were released, too")] = False,
) -> WatchList:
    """Places with several confirmed cases, and those that somebody put there."""
    rules = parts.plan.watch_list
    items = [
        one
        for one in await _list(conn, parts)
        if may(actor, "registers.read", one.grid_path)
        and (released or one.released is None)
        and (grid is None or grid in one.grid_path)
    ]
    return WatchList(cases=rules.cases, days=rules.days, items=items)


@router.post(
    "/watch-list/{place}/acts",
    summary="Put a place on the list, write its progress, release it",
    status_code=201,
    responses={400: {}, 404: {}, 409: {}},
    dependencies=[needs("registers.write")],
)
async def act_on_place(
    place: PlaceId,
    request: ActRequest,
    parts: WiredParts,
    conn: Connection,
    person: Person,
    actor: Acting,
    key: Key = None,
) -> WatchedView:
    """A place is released only when it is put right wholly."""
    await refuse_unknown(parts, conn, person)
    spot = _spots(await site_in_force(conn)).get(place)
    within(actor, "registers.write", SITE_WIDE if spot is None else spot.path)
    if spot is None:
        raise ProblemError(
            404,
            "no-such-place",
            "There is no such place",
            f"The site has no place `{place}`; see `places` in GET /api/site.",
        )
    now = parts.clock()

    async def write() -> WatchedView:
        await lock_place(conn, place)
        act = Act(
            place=place,
            deed=request.deed,
            percent=request.percent if request.deed == "progress" else None,
            note=request.note,
            actor=person,
            at=now,
        )
        standing = watched(await _confirmed(conn), await all_acts(conn), parts.plan.watch_list)
        try:
            refuse_out_of_turn(standing.get(place), act)
        except ActRefusedError as error:
            raise ProblemError(
                409, "step-out-of-turn", "The place is not at that step", str(error)
            ) from None
        await add_act(conn, act)
        return next(one for one in await _list(conn, parts) if one.place == place)

    what = f"watch-list/{place} {request.model_dump_json()}"
    return await once(conn, Asked(person=person, key=key, what=what, now=now), WatchedView, write)


async def _list(conn: Connection, parts: Parts) -> list[WatchedView]:
    document = await site_in_force(conn)
    acts = await all_acts(conn)
    found = watched(await _confirmed(conn), acts, parts.plan.watch_list)
    spots = _spots(document) if found else {}
    newest = sorted(found.values(), key=lambda one: (-one.since, one.place))
    return [
        watched_view(
            one,
            spots.get(one.place) or unknown_spot(one.place),
            [act for act in acts if act.place == one.place],
            parts.plan.watch_list,
            parts.directory,
        )
        for one in newest
    ]


async def _confirmed(conn: Connection) -> list[Confirmed]:
    return [
        Confirmed(place=place, case=case, at=at) for place, case, at in await confirmed_cases(conn)
    ]


def _spots(document: SiteDocument) -> dict[str, Spotted]:
    parents = {grid.code: grid.parent for grid in document.grids}
    grids = locate(document, "place")
    return {
        place.id: Spotted(
            name=name_view(place.name),
            at=place.at,
            path=list(grid_path(parents, grids[place.id])) if place.id in grids else [],
        )
        for place in document.places
    }
