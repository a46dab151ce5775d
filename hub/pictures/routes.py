"""Routes of the pictures of cases: ask a camera for one, and read those that were kept."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Path, Response
from pydantic import BaseModel, ConfigDict, Field

from hub.acting import Person, refuse_unknown
from hub.cameras.access import CAMERA
from hub.cases.sight import find_seen
from hub.headers import EVIDENCE
from hub.pictures import store
from hub.pictures.ask import ask
from hub.pictures.domain import MOST_PER_CASE, Near, distance_m
from hub.problems import FieldError, ProblemError, invalid
from hub.replies.repeatable import repeatable
from hub.rights.domain import may
from hub.rights.guard import Acting, needs
from hub.wiring import Connection, WiredParts

CaseId = Annotated[int, Path(ge=1, le=2**63 - 1)]
CommandId = Annotated[str, Path(pattern=r"^[A-Za-z0-9._-]{1,64}$")]

router = APIRouter(prefix="/api", tags=["cases"])


class PictureRequest(BaseModel):
    """Which camera is to take a picture for the case."""

    model_config = ConfigDict(extra="forbid")

    device: str = Field(pattern=r"^[A-Za-z0-9._-]{1,64}$", examples=["camera-1"])


class PictureAsked(BaseModel):
    """A picture is on its way; the case's log tells its end as `pictured` or `unpictured`."""

    command: str


@router.post(
    "/cases/{case_id}/pictures",
    summary="Attach a camera's picture to a case",
    status_code=202,
    responses={400: {}, 404: {}, 409: {}, 422: {}},
    dependencies=[needs("cases.act")],
)
@repeatable
async def attach_picture(
    case_id: CaseId,
    request: PictureRequest,
    parts: WiredParts,
    conn: Connection,
    actor: Acting,
    person: Person,
) -> PictureAsked:
    """Ask a camera for its next picture on behalf of a case, open or closed."""
    await refuse_unknown(parts, conn, person)
    case = await find_seen(conn, case_id, actor, "cases.act")
    camera = parts.directory.spots.get(request.device)
    seen = camera is not None and may(actor, "devices.read", camera.grid_path)
    if camera is None or camera.kind != CAMERA or not seen:
        message = "is no camera of the site; see GET /api/cameras"
        raise invalid([FieldError(field="body.device", message=message)])
    if await store.count(conn, case_id) >= MOST_PER_CASE:
        raise ProblemError(
            409,
            "too-many-pictures",
            "The case has as many pictures as it may",
            f"A case is given {MOST_PER_CASE} pictures at most.",
        )
    spot = parts.directory.spots.get(case.state.device)
    metres = None if spot is None else distance_m(spot, camera)
    async with conn.transaction():
        near = Near(request.device, camera.agent, metres)
        return PictureAsked(command=await ask(conn, case_id, near, person, parts.clock()))


@router.get(
    "/cases/{case_id}/pictures/{command}.jpg",
    summary="A picture that was taken for a case",
    response_class=Response,
    responses={200: {"content": {"image/jpeg": {}}}, 404: {}},
    dependencies=[needs("cases.read")],
)
async def read_case_picture(
    case_id: CaseId, command: CommandId, conn: Connection, actor: Acting
) -> Response:
    """The JPEG, kept with the case; it never changes."""
    await find_seen(conn, case_id, actor)
    picture = await store.read_picture(conn, case_id, command)
    if picture is None:
        raise ProblemError(
            404,
            "no-such-picture",
            "There is no such picture",
            "The case's `pictures` list those there are.",
        )
    caching = {"Cache-Control": EVIDENCE}
    return Response(picture, media_type="image/jpeg", headers=caching)
