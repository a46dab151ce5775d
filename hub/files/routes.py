"""Routes of the files: list, progress, one whole file, a new version of a part."""

from __future__ import annotations

from functools import partial
from typing import Annotated

from fastapi import APIRouter, Path, Query

from hub.acting import Person, refuse_unknown
from hub.files.domain import FileEntry, Stage
from hub.files.read import Cabinet, Found, Wanted, cabinet, chosen, seen_cabinet
from hub.files.rules import FileKind
from hub.files.show import file_line, file_progress, rules_view, subject_file
from hub.files.store import add_entries, described, take_up
from hub.files.views import (
    FileEntryRequest,
    FilePage,
    FileProgress,
    FileRulesView,
    SubjectFile,
)
from hub.files.write import faults
from hub.problems import FieldError, ProblemError, invalid
from hub.replies.store import Asked, Key, once
from hub.rights.domain import SITE_WIDE, Actor, Right, may
from hub.rights.guard import Acting, needs, within
from hub.wiring import Connection, WiredParts

SubjectId = Annotated[str, Path(pattern=r"^[A-Za-z0-9._-]{1,64}$", examples=["dormitory-1"])]
Word = Annotated[str | None, Query(max_length=200, pattern=r"^[^\x00]*$")]

router = APIRouter(prefix="/api", tags=["files"])


@router.get(
    "/files",
    summary="Files, by kind and id",
    responses={404: {}},
    dependencies=[needs("registers.read")],
)
async def list_files(
    parts: WiredParts,
    conn: Connection,
    actor: Acting,
    kind: FileKind | None = None,
    grid: Word = None,
    stage: Annotated[Stage | None, Query(description="How far they are")] = None,
    stale: Annotated[bool, Query(description="Only those with parts to confirm anew")] = False,
    search: Word = None,
    limit: Annotated[int, Query(ge=1, le=500)] = 100,
    cursor: Annotated[
        str | None, Query(pattern=r"^[0-9]{1,9}$", description="`next` of a page")
    ] = None,
) -> FilePage:
    """A page of files with what each lacks."""
    wanted = Wanted(kind=kind, grid=grid, stage=stage, stale=stale, search=search or "")
    found = chosen((await seen_cabinet(conn, parts, actor, "registers.read")).files, wanted)
    start = int(cursor or 0)
    return FilePage(
        items=[file_line(one) for one in found[start : start + limit]],
        next=str(start + limit) if len(found) > start + limit else None,
        total=len(found),
    )


@router.get(
    "/file-rules", summary="What the plan says about files", dependencies=[needs("registers.read")]
)
async def read_file_rules(parts: WiredParts) -> FileRulesView:
    """Which parts each kind of file must have, and the target quarters."""
    return rules_view(parts.plan.files)


@router.get(
    "/file-progress",
    summary="How far the files of each grid are",
    responses={404: {}},
    dependencies=[needs("registers.read")],
)
async def read_progress(
    parts: WiredParts,
    conn: Connection,
    actor: Acting,
    grid: Annotated[str | None, Query(max_length=64, description="This grid and below")] = None,
    kind: FileKind | None = None,
) -> FileProgress:
    """Complete and consolidated files per grid against the plan's target days."""
    found = await seen_cabinet(conn, parts, actor, "registers.read")
    files = chosen(found.files, Wanted(kind=kind))
    sees = partial(may, actor, "registers.read")
    return file_progress(parts, Cabinet(found.document, found.around, files), grid, sees)


@router.get(
    "/files/{kind}/{subject}",
    summary="A whole file",
    responses={404: {}},
    dependencies=[needs("registers.read")],
)
async def read_file(
    kind: FileKind, subject: SubjectId, parts: WiredParts, conn: Connection, actor: Acting
) -> SubjectFile:
    """Its parts, what the hub knows of the subject, and every version."""
    found = await cabinet(conn, parts)
    file = _find(found, kind, subject, actor, "registers.read")
    return await subject_file(conn, parts, found, file, actor)


@router.post(
    "/files/{kind}/{subject}/entries",
    summary="Write a new version of a part",
    status_code=201,
    responses={400: {}, 404: {}},
    dependencies=[needs("registers.write")],
)
async def add_file_entry(
    kind: FileKind,
    subject: SubjectId,
    request: FileEntryRequest,
    parts: WiredParts,
    conn: Connection,
    person: Person,
    actor: Acting,
    key: Key = None,
) -> SubjectFile:
    """Earlier versions stay; observed and declared stand side by side (PR-09)."""
    await refuse_unknown(parts, conn, person)
    _find(await cabinet(conn, parts), kind, subject, actor, "registers.write")
    now = parts.clock()

    async def write() -> SubjectFile:
        await take_up(conn, request.attachments, now)
        kept = await described(conn, request.attachments)
        rules = parts.plan.files
        found = faults(rules, kind, request.part, request.value, request.attachments, kept)
        if found:
            raise invalid(
                [FieldError(field=f"body.{one.field}", message=one.text) for one in found]
            )
        entry = FileEntry(
            kind=kind,
            subject=subject,
            part=request.part,
            source=request.source,
            data={"value": request.value},
            attachments=tuple(dict.fromkeys(request.attachments)),
            note=request.note,
            actor=person,
            at=now,
        )
        await add_entries(conn, [entry])
        after = await cabinet(conn, parts)
        file = _find(after, kind, subject, actor, "registers.write")
        return await subject_file(conn, parts, after, file, actor)

    what = f"files/{kind}/{subject} {request.model_dump_json()}"
    return await once(conn, Asked(person=person, key=key, what=what, now=now), SubjectFile, write)


def _find(found: Cabinet, kind: FileKind, subject: str, actor: Actor, right: Right) -> Found:
    file = found.find(kind, subject)
    within(actor, right, SITE_WIDE if file is None else file.subject.path)
    if file is None:
        raise ProblemError(
            404,
            "no-such-file",
            "There is no such file",
            f"The site has no {kind} `{subject}` with a file by the plan; see GET /api/files.",
        )
    return file
