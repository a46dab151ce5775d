"""Routes of the photos: send one, then refer to it by its hash; look at one."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Path, Request, Response

from hub.audit.noting import WITHHELD, note_as
from hub.headers import EVIDENCE
from hub.photos import store
from hub.photos.domain import PhotoRefusedError, checked_photo
from hub.photos.uses import may_see_photo
from hub.photos.views import PhotoHash, PhotoView, photo_path
from hub.problems import ProblemError
from hub.rights.guard import (
    Acting,
    MaybeActing,
    address_of,
    needs,
    nothing_there,
    open_to_all,
    refuse_haste,
)
from hub.wiring import Connection, WiredParts

router = APIRouter(prefix="/api", tags=["reports"])


@router.post(
    "/photos",
    summary="Send a photo to refer to",
    status_code=201,
    responses={413: {}, 415: {}, 429: {}},
    openapi_extra={
        "requestBody": {
            "required": True,
            "content": {
                kind: {"schema": {"type": "string", "format": "binary"}}
                for kind in ("image/jpeg", "image/png", "image/webp")
            },
        }
    },
    dependencies=[open_to_all("a passer-by adds a photo to a report")],
)
async def send_photo(
    request: Request, parts: WiredParts, conn: Connection, actor: MaybeActing
) -> PhotoView:
    """JPEG, PNG or WebP, 8 MB at most; forgotten after a day unless something refers to it."""
    if actor is None:
        refuse_haste(parts.unsigned_photos, address_of(request))
    note_as(request, WITHHELD)  # or it would tell whose report comes next
    try:
        photo = checked_photo(await request.body())
    except PhotoRefusedError as error:
        raise ProblemError(
            415, "no-picture", "The file is not taken as a photo", str(error)
        ) from None
    await store.put(conn, photo, parts.clock())
    return PhotoView(hash=photo.hash, path=photo_path(photo.hash))


@router.get(
    "/photos/{photo}",
    summary="A photo",
    response_class=Response,
    dependencies=[needs("cases.read", "registers.read")],
)
async def read_photo(
    photo: Annotated[PhotoHash, Path()], conn: Connection, actor: Acting
) -> Response:
    """The picture as it was sent, for who may see what refers to it."""
    if not await may_see_photo(conn, photo, actor):
        raise nothing_there()
    found = await store.read(conn, photo)
    if found is None:
        raise ProblemError(
            404, "no-such-photo", "There is no such photo", f"No photo has the hash {photo}."
        )
    return Response(found.data, media_type=found.type, headers={"Cache-Control": EVIDENCE})
