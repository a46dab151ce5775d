"""Routes of the registers: list them with their ages, confirm one."""

from __future__ import annotations

import asyncio
from functools import partial
from typing import Annotated

from fastapi import APIRouter, Path, Query

from hub.acting import Person, refuse_unknown
from hub.problems import ProblemError
from hub.registers import store
from hub.registers.catalogue import REGISTERS
from hub.registers.domain import Register
from hub.registers.part import Part
from hub.registers.views import (
    ConfirmationList,
    ConfirmRequest,
    RegisterList,
    RegisterView,
    confirmation_view,
    list_view,
    register_view,
)
from hub.replies.repeatable import repeatable
from hub.rights.domain import EVERYWHERE, SITE_WIDE, Actor, may
from hub.rights.guard import Acting, needs
from hub.sites.seen import part_of
from hub.sites.store import read_site
from hub.wiring import Connection, WiredParts

RegisterId = Annotated[str, Path(pattern=r"^[A-Za-z0-9._-]{1,64}$", examples=["devices"])]

router = APIRouter(prefix="/api", tags=["registers"])


@router.get(
    "/registers",
    summary="Registers and the age of what is in them",
    dependencies=[needs("registers.read")],
)
async def list_registers(parts: WiredParts, conn: Connection, actor: Acting) -> RegisterList:
    """Every register: how many entries, when and by whom it was last confirmed, whether stale.

    Only entries in one's own grids are counted.
    """
    rules = parts.register_rules
    part = await _part(conn, actor)
    found = await store.standings(conn, REGISTERS, parts.clock(), rules, part)
    return list_view(found, rules, parts.directory.name)


@router.get(
    "/registers/{register}/confirmations",
    summary="Who confirmed a register, newest first",
    responses={404: {}},
    dependencies=[needs("registers.read")],
)
async def list_confirmations(
    register: RegisterId,
    parts: WiredParts,
    conn: Connection,
    limit: Annotated[int, Query(ge=1, le=500)] = 50,
) -> ConfirmationList:
    """Loads of the site file confirm its registers, too."""
    known = _known(register)
    found = await store.history(conn, known.id, limit)
    return ConfirmationList(items=[confirmation_view(one, parts.directory.name) for one in found])


@router.post(
    "/registers/{register}/confirmations",
    summary="Confirm a register",
    status_code=201,
    responses={400: {}, 403: {}, 404: {}},
    dependencies=[needs("registers.write")],
)
@repeatable
async def confirm_register(
    register: RegisterId,
    request: ConfirmRequest,
    parts: WiredParts,
    conn: Connection,
    person: Person,
    actor: Acting,
) -> RegisterView:
    """Say that all its entries hold, in the whole site: its age begins anew."""
    known = _known(register)
    await refuse_unknown(parts, conn, person)
    if not may(actor, "registers.write", SITE_WIDE):
        raise ProblemError(
            403,
            "only-part-of-it",
            "You answer for a part of the register only",
            "To confirm it says that all entries of the whole site hold; your right to write in "
            "registers does not reach so far. Confirm or correct your own entries one by one.",
        )
    now = parts.clock()
    await store.confirm(conn, [known.id], now=now, by=person, how="person", note=request.note)
    (found,) = await store.standings(conn, [known], now, parts.register_rules)
    return register_view(found, parts.directory.name)


async def _part(conn: Connection, actor: Actor) -> Part | None:
    if actor.reach("registers.read") is EVERYWHERE:
        return None
    whole = await read_site(conn)
    if whole is None:
        return None
    sees = partial(may, actor, "registers.read")
    # In a thread: of a town it takes a while, and the streams share this one.
    seen = await asyncio.to_thread(part_of, whole, sees, person=actor.person)
    return Part(whole=whole, seen=seen, sees=sees)


def _known(register: str) -> Register:
    for known in REGISTERS:
        if known.id == register:
            return known
    raise ProblemError(
        404,
        "no-such-register",
        "There is no such register",
        f"No register is called `{register}`; see GET /api/registers.",
    )
