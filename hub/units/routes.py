"""Routes of the unit register: list, file, write, print the sign."""

from __future__ import annotations

from datetime import date
from typing import Annotated

from fastapi import APIRouter, Path, Query, Response

from hub.acting import Person, refuse_unknown
from hub.problems import FieldError, ProblemError, invalid
from hub.replies.store import Asked, Key, once
from hub.rights.domain import SITE_WIDE, Actor, Right
from hub.rights.guard import Acting, needs, open_to_all, within
from hub.units.abilities import AbilitiesRefusedError, take
from hub.units.domain import UnitEntry, UnitRecord, filing, record
from hub.units.read import State, Wanted, chosen, seen_units, today
from hub.units.rules import UnitClass
from hub.units.sign import STYLE, Language, sign_page
from hub.units.store import SitedUnit, add_entries, history, lock_unit, sited_units
from hub.units.views import (
    AbilitiesFact,
    PaperFact,
    UnitEntryRequest,
    UnitFile,
    UnitPage,
    UnitRulesView,
    filing_view,
    rules_view,
    unit_file,
    unit_view,
)
from hub.wiring import Connection, Parts, WiredParts

UnitId = Annotated[str, Path(pattern=r"^[A-Za-z0-9._-]{1,64}$", examples=["shop-01"])]
Word = Annotated[str | None, Query(max_length=200, pattern=r"^[^\x00]*$")]

router = APIRouter(prefix="/api", tags=["units"])


@router.get(
    "/units",
    summary="Units with class, regulator and filing, by id",
    dependencies=[needs("registers.read")],
)
async def list_units(
    parts: WiredParts,
    conn: Connection,
    actor: Acting,
    grid: Word = None,
    unit_class: Annotated[UnitClass | None, Query(alias="class")] = None,
    key: Annotated[bool, Query(description="Key units only")] = False,
    regulator: Word = None,
    state: Annotated[State | None, Query(description="What is wanting")] = None,
    search: Word = None,
    limit: Annotated[int, Query(ge=1, le=500)] = 100,
    cursor: Annotated[str | None, Query(max_length=64, description="`next` of a page")] = None,
) -> UnitPage:
    """A page of units; `filing` counts the key units of the grid, whatever else is asked."""
    rules = parts.plan.units
    units = await seen_units(conn, rules, _day(parts), actor, "registers.read")
    wanted = Wanted(
        grid=grid,
        unit_class=unit_class,
        key=key,
        regulator=regulator,
        state=state,
        search=search or "",
    )
    found = chosen(units, wanted)
    after = [pair for pair in found if cursor is None or pair[0].id > cursor]
    return UnitPage(
        items=[unit_view(unit, one, rules) for unit, one in after[:limit]],
        next=after[limit - 1][0].id if len(after) > limit else None,
        total=len(found),
        filing=filing_view(filing(one for _, one in chosen(units, Wanted(grid=grid)))),
    )


@router.get(
    "/unit-rules", summary="What the plan says about units", dependencies=[needs("registers.read")]
)
async def read_unit_rules(parts: WiredParts) -> UnitRulesView:
    """Classes with their regulators, the papers that are wanted, the signs."""
    return rules_view(parts.plan.units)


@router.get(
    "/units/{unit}",
    summary="A unit's register",
    responses={404: {}},
    dependencies=[needs("registers.read")],
)
async def read_unit(unit: UnitId, parts: WiredParts, conn: Connection, actor: Acting) -> UnitFile:
    """What counts, what was seen beside what was declared, and every entry."""
    return await _file(conn, parts, await _sited(conn, unit, actor, "registers.read"))


@router.post(
    "/units/{unit}/entries",
    summary="Write into a unit's register",
    status_code=201,
    responses={400: {}, 404: {}, 409: {}},
    dependencies=[needs("registers.write")],
)
async def add_unit_entry(
    unit: UnitId,
    request: UnitEntryRequest,
    parts: WiredParts,
    conn: Connection,
    person: Person,
    actor: Acting,
    key: Key = None,
) -> UnitFile:
    """Adds an entry; none is ever changed, and observed and declared stand side by side (PR-09)."""
    await refuse_unknown(parts, conn, person)
    sited = await _sited(conn, unit, actor, "registers.write")
    now = parts.clock()

    async def write() -> UnitFile:
        await lock_unit(conn, unit)
        entry = UnitEntry(
            unit=unit,
            aspect=request.fact.aspect,
            item=request.fact.paper if isinstance(request.fact, PaperFact) else "",
            source=request.source,
            data=request.fact.model_dump(
                mode="json", by_alias=True, exclude={"aspect", "paper"}, exclude_unset=False
            ),
            note=request.note,
            actor=person,
            at=now,
        )
        await _refuse_wrong(conn, parts, entry, request)
        await add_entries(conn, [entry])
        return await _file(conn, parts, sited)

    what = f"units/{unit}/entries {request.model_dump_json(by_alias=True)}"
    return await once(conn, Asked(person=person, key=key, what=what, now=now), UnitFile, write)


@router.get(
    "/units/{unit}/sign",
    summary="The sign of a six-small place, to print",
    response_class=Response,
    responses={200: {"content": {"text/html": {}}}, 404: {}},
    dependencies=[needs("registers.read")],
)
async def print_sign(
    unit: UnitId,
    parts: WiredParts,
    conn: Connection,
    actor: Acting,
    lang: Annotated[Language, Query(description="Language of the sign")] = "zh",
) -> Response:
    """Risk, fire manager, precautions and warning (SE-13)."""
    sited = await _sited(conn, unit, actor, "registers.read")
    sign = parts.plan.units.signs.get(sited.kind)
    if sign is None:
        raise ProblemError(
            404,
            "no-sign",
            "The plan has no sign for this kind of unit",
            f"Add [units.signs.{sited.kind}] to the plan, with title, risk, precautions, warning.",
        )
    known = await _record(conn, parts, sited)
    page = sign_page(sited.name, known, sign, lang, "/api/sign.css")
    return Response(page, media_type="text/html; charset=utf-8")


@router.get(
    "/sign.css",
    summary="The style of printed signs",
    response_class=Response,
    responses={200: {"content": {"text/css": {}}}},
    dependencies=[open_to_all("a style sheet", counted=False)],
)
async def sign_style() -> Response:
    """Signs have a style of their own; they stand outside of the page."""
    return Response(STYLE, media_type="text/css")


async def _refuse_wrong(
    conn: Connection, parts: Parts, entry: UnitEntry, request: UnitEntryRequest
) -> None:
    rules, fact = parts.plan.units, request.fact
    if entry.aspect == "class" and entry.data["class"] not in rules.classes:
        named = ", ".join(rules.classes)
        message = f"the plan does not use this class; it has {named}"
        raise invalid([FieldError(field="body.fact.class", message=message)])
    if not isinstance(fact, AbilitiesFact):
        return
    known = record(entry.unit, await history(conn, entry.unit), rules, _day(parts))
    try:
        take(known.acceptance, fact.step, fact.able)
    except AbilitiesRefusedError as error:
        raise ProblemError(
            409,
            "step-out-of-turn",
            "The acceptance is not at that step",
            str(error),
            allowed=list(error.allowed),
        ) from None


async def _sited(conn: Connection, unit: str, actor: Actor, right: Right) -> SitedUnit:
    found = next((one for one in await sited_units(conn) if one.id == unit), None)
    within(actor, right, SITE_WIDE if found is None else found.path)
    if found is None:
        raise ProblemError(
            404,
            "no-such-unit",
            "There is no such unit",
            f"The site file has no unit `{unit}`; see GET /api/units.",
        )
    return found


async def _record(conn: Connection, parts: Parts, sited: SitedUnit) -> UnitRecord:
    return record(sited.id, await history(conn, sited.id), parts.plan.units, _day(parts))


async def _file(conn: Connection, parts: Parts, sited: SitedUnit) -> UnitFile:
    entries = await history(conn, sited.id)
    known = record(sited.id, entries, parts.plan.units, _day(parts))
    return unit_file(sited, known, entries, parts.plan.units, parts.directory)


def _day(parts: Parts) -> date:
    return today(parts.clock(), parts.plan.time_zone)
