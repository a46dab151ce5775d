"""Routes of the secrecy duty: read it, sign it once."""

from __future__ import annotations

from fastapi import APIRouter

from hub.acting import Person
from hub.problems import ProblemError
from hub.rights.guard import signed_in
from hub.secrecy import store
from hub.secrecy.views import DutySignature, SecrecyView
from hub.views import name_view
from hub.wiring import Connection, Parts, WiredParts

router = APIRouter(prefix="/api", tags=["secrecy"])


@router.get(
    "/secrecy-duty",
    summary="The secrecy duty",
    dependencies=[signed_in("one's own duty")],
)
async def read_secrecy_duty(parts: WiredParts, conn: Connection, person: Person) -> SecrecyView:
    """The plan's text, and whether who asks has signed it (PR-05)."""
    return await _view(parts, conn, person)


@router.post(
    "/secrecy-duty/signature",
    summary="Sign the secrecy duty",
    responses={409: {}},
    dependencies=[signed_in("one's own signature")],
)
async def sign_secrecy_duty(
    signature: DutySignature, parts: WiredParts, conn: Connection, person: Person
) -> SecrecyView:
    """Kept with time and text; a changed text is signed anew."""
    duty = parts.plan.secrecy
    if signature.hash != duty.hash.hex():
        raise ProblemError(
            409,
            "another-text",
            "The text is another one by now",
            "Read it again with GET /api/secrecy-duty, then sign that.",
        )
    await store.sign(conn, person, duty, parts.clock())
    return await _view(parts, conn, person)


async def _view(parts: Parts, conn: Connection, person: str) -> SecrecyView:
    duty = parts.plan.secrecy
    return SecrecyView(
        text=name_view(duty.text),
        hash=duty.hash.hex(),
        signed=await store.signed(conn, person, duty),
    )
