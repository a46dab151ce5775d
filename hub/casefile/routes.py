"""Routes of the case files: a case as PDF, and as an archive that proves itself."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack
from os import SEEK_END
from tempfile import SpooledTemporaryFile
from typing import IO, Annotated

from fastapi import APIRouter, Path, Query, Request, Response
from fastapi.responses import StreamingResponse

from hub.audit.noting import noted
from hub.casefile.export import export_archive, export_pdf
from hub.casefile.fonts import NoChineseFontError
from hub.casefile.words import Language
from hub.problems import ProblemError
from hub.rights.guard import Acting, needs
from hub.wiring import Parts, WiredParts

_BIGINT = 2**63 - 1
_CHUNK = 1 << 16
_IN_MEMORY = 4 * 1024 * 1024  # bytes; ours: larger archives wait on the disk to be sent

CaseId = Annotated[int, Path(ge=1, le=_BIGINT)]
Lang = Annotated[Language, Query(description="Language of the printed file")]

router = APIRouter(prefix="/api", tags=["cases"])


@router.get(
    "/cases/{case_id}/file.pdf",
    summary="The file of a case, to be printed",
    response_class=Response,
    responses={200: {"content": {"application/pdf": {}}}, 404: {}, 503: {}},
    dependencies=[needs("exports.read")],
)
async def print_case(
    case_id: CaseId, request: Request, parts: WiredParts, actor: Acting, lang: Lang = "zh"
) -> Response:
    """Facts, breaches, plots of what was measured, log, pictures and proof on A4."""
    try:
        case, content = await export_pdf(parts, case_id, lang, actor)
    except NoChineseFontError as error:
        title = "The hub has no font for Chinese text"
        raise ProblemError(
            503, "no-chinese-font", title, f"{error} Then start the hub again."
        ) from None
    await _note(request, parts)
    return Response(content, media_type="application/pdf", headers=_called(case.number, "pdf"))


@router.get(
    "/cases/{case_id}/file.zip",
    summary="Everything of a case in one archive, with its proof",
    response_class=StreamingResponse,
    responses={
        200: {
            "content": {"application/zip": {}},
            "headers": {
                "X-Gridwarden-Seal": {
                    "description": "SHA-256 of the manifest: keep it to compare later",
                    "schema": {"type": "string"},
                }
            },
        },
        404: {},
    },
    dependencies=[needs("exports.read")],
)
async def pack_case(
    case_id: CaseId, request: Request, parts: WiredParts, actor: Acting, lang: Lang = "zh"
) -> StreamingResponse:
    """The log, readings, pictures, documents, the PDF, and a manifest of their hashes.

    `gridwarden cases verify FILE.zip` proves it without a database.
    """
    with ExitStack() as unless_sent:
        out = unless_sent.enter_context(SpooledTemporaryFile(max_size=_IN_MEMORY))
        case, seal = await export_archive(parts, case_id, lang, actor, out)
        await _note(request, parts)
        size = out.seek(0, SEEK_END)
        out.seek(0)
        headers = _called(case.number, "zip") | {
            "X-Gridwarden-Seal": seal,
            "Content-Length": str(size),
        }
        unless_sent.pop_all()
    return StreamingResponse(_chunks(out), media_type="application/zip", headers=headers)


async def _note(request: Request, parts: Parts) -> None:
    """Note the export; no connection was held while the pages were set."""
    async with parts.pool.connection() as conn, noted(request, conn, parts.clock):
        pass


def _chunks(file: IO[bytes]) -> Iterator[bytes]:
    with file:
        while chunk := file.read(_CHUNK):
            yield chunk


def _called(number: str, suffix: str) -> dict[str, str]:
    return {"Content-Disposition": f'attachment; filename="case-{number}.{suffix}"'}
