"""Routes of the letters: list them, print one, sign for one."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Path, Query, Response

from hub.acting import Person, refuse_unknown
from hub.cases.sight import sight_of
from hub.letters import store
from hub.letters.document import Language, document
from hub.letters.views import LetterList, LetterView, SignRequest, letter_view
from hub.paging import Before, numbered
from hub.problems import ProblemError
from hub.replies.repeatable import repeatable
from hub.rights.guard import Acting, needs
from hub.wiring import Connection, WiredParts

_BIGINT = 2**63 - 1
LetterId = Annotated[int, Path(ge=1, le=_BIGINT)]

router = APIRouter(prefix="/api", tags=["letters"])


@router.get(
    "/letters",
    summary="Written reports to higher grids, newest first",
    dependencies=[needs("cases.read")],
)
async def list_letters(
    parts: WiredParts,
    conn: Connection,
    actor: Acting,
    case: Annotated[int | None, Query(ge=1, le=_BIGINT, description="Only about this case")] = None,
    grid: Annotated[
        str | None,
        Query(description="Only to the office of this grid", pattern=r"^[A-Za-z0-9._-]{1,64}$"),
    ] = None,
    limit: Annotated[int, Query(ge=1, le=500)] = 100,
    before: Before = None,
) -> LetterList:
    """Each with who has read and acknowledged it."""
    found = await store.read_letters(
        conn, case=case, grid=grid, before=before, limit=limit + 1, sight=sight_of(actor)
    )
    page, onward = numbered(found, limit, lambda one: one.id)
    return LetterList(items=[letter_view(one, parts.directory) for one in page], next=onward)


@router.get(
    "/letters/{letter}.html",
    summary="A letter, to be printed",
    response_class=Response,
    dependencies=[needs("cases.read")],
)
async def print_letter(
    letter: LetterId,
    parts: WiredParts,
    conn: Connection,
    actor: Acting,
    lang: Annotated[Language, Query()] = "en",
) -> Response:
    """The letter as it was written, with its receipts."""
    found = await store.read_letters(conn, letter=letter, sight=sight_of(actor))
    if not found:
        raise _no_such_letter(letter)
    names = {one.actor: parts.directory.name(one.actor) for one in found[0].receipts}
    return Response(
        document(found[0], lang, parts.plan.time_zone, names),
        media_type="text/html; charset=utf-8",
    )


@router.post(
    "/letters/{letter}/receipts",
    summary="Sign for a letter",
    responses={400: {}, 403: {}, 404: {}},
    dependencies=[needs("cases.act")],
)
@repeatable
async def sign_letter(
    letter: LetterId,
    request: SignRequest,
    parts: WiredParts,
    conn: Connection,
    actor: Acting,
    person: Person,
) -> LetterView:
    """Read or acknowledged, by a holder of the grid that it is addressed to."""
    await refuse_unknown(parts, conn, person)
    try:
        signed = await store.sign(
            conn,
            letter,
            request.event,
            actor=person,
            now=parts.clock(),
            note=request.note.strip(),
            sight=sight_of(actor),
        )
    except store.NoSuchLetterError:
        raise _no_such_letter(letter) from None
    except store.NotOfTheOfficeError:
        raise ProblemError(
            403,
            "not-of-the-office",
            "The letter is addressed to another office",
            "Only the holder or stand-in of the grid it is addressed to signs for it.",
        ) from None
    return letter_view(signed, parts.directory)


def _no_such_letter(letter: int) -> ProblemError:
    return ProblemError(
        404, "no-such-letter", "There is no such letter", f"No letter has id {letter}."
    )
