"""Routes of the attachments: send a document or photo, read it by the hash of its content."""

from __future__ import annotations

from typing import Annotated
from urllib.parse import quote

from fastapi import APIRouter, Body, Path, Query, Response
from pydantic import StringConstraints

from hub.acting import Person, refuse_unknown
from hub.files.attachments import AttachmentRefusedError
from hub.files.show import attachment_view
from hub.files.store import attach, attachment
from hub.files.views import AttachmentView
from hub.headers import EVIDENCE
from hub.photos.uses import may_see_document
from hub.problems import FieldError, ProblemError, invalid
from hub.rights.guard import Acting, needs, nothing_there
from hub.wiring import Connection, WiredParts

Title = Annotated[
    str, StringConstraints(min_length=1, max_length=120, pattern=r"^[^\x00-\x1f\x7f/\\]+$")
]

router = APIRouter(prefix="/api", tags=["files"])


@router.post(
    "/attachments",
    summary="Send a document or photo",
    status_code=201,
    responses={400: {}, 413: {}},
    openapi_extra={
        "requestBody": {
            "required": True,
            "content": {
                "application/octet-stream": {"schema": {"type": "string", "format": "binary"}}
            },
        }
    },
    dependencies=[needs("registers.write")],
)
async def send_attachment(
    parts: WiredParts,
    conn: Connection,
    person: Person,
    body: Annotated[bytes, Body(media_type="application/octet-stream")],
    name: Annotated[Title, Query(description="What to call it", examples=["floor-2.pdf"])],
) -> AttachmentView:
    """JPEG, PNG, WebP or PDF. What no file has taken up within a day is forgotten."""
    await refuse_unknown(parts, conn, person)
    try:
        found = await attach(conn, body, name=name, actor=person, now=parts.clock())
    except AttachmentRefusedError as error:
        raise invalid([FieldError(field="body", message=str(error))]) from None
    return attachment_view(found)


@router.get(
    "/attachments/{digest}",
    summary="A document or photo",
    response_class=Response,
    responses={200: {"content": {"application/octet-stream": {}}}, 404: {}},
    dependencies=[needs("registers.read", "cases.read")],
)
async def read_attachment(
    digest: Annotated[str, Path(pattern=r"^[0-9a-f]{64}$", description="SHA-256 of its content")],
    conn: Connection,
    actor: Acting,
) -> Response:
    """Its bytes, which never change, for who may see what refers to it."""
    if not await may_see_document(conn, digest, actor):
        raise nothing_there()
    found = await attachment(conn, bytes.fromhex(digest))
    if found is None:
        raise ProblemError(
            404,
            "no-such-attachment",
            "There is no such attachment",
            "Nothing is kept under this hash; send it to POST /api/attachments.",
        )
    kind, name, content = found
    headers = {
        "Cache-Control": EVIDENCE,
        "Content-Disposition": f"inline; filename*=UTF-8''{quote(name)}",
    }
    return Response(content, media_type=kind, headers=headers)
