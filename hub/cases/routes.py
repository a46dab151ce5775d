"""Routes of the cases: pages of them, the file of one, and the steps that people take."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Path, Query
from pydantic import StringConstraints

from hub.acting import Person, may_name, refuse_unknown
from hub.anomalies.domain import Grade
from hub.cases.act import (
    Addition,
    Attempt,
    NoSuchCaseError,
    StepRefusedError,
    act,
    add_evidence,
)
from hub.cases.file import case_file
from hub.cases.machine import Refused
from hub.cases.query import Chosen, Filter, count_open, head_position, read_page
from hub.cases.scene import doer_of
from hub.cases.sight import find_seen, no_such_case, sight_of
from hub.cases.step_views import EvidenceRequest, Step
from hub.cases.views import CaseCounts, CaseFile, CasePage, case_view
from hub.cases.vocabulary import Stage
from hub.files.store import NoSuchAttachmentError
from hub.photos.store import NoSuchPhotoError
from hub.photos.views import no_such_photo
from hub.problems import FieldError, ProblemError, invalid
from hub.replies.store import Key
from hub.rights.domain import Actor
from hub.rights.guard import Acting, needs
from hub.views import Asked
from hub.wiring import Connection, Parts, WiredParts
from ingest import clock

_BIGINT = 2**63 - 1

CaseId = Annotated[int, Path(ge=1, le=_BIGINT)]
Word = Annotated[str, StringConstraints(max_length=200, pattern=r"^[^\x00]*$")]
_SEARCH = (
    "Words that must all stand in number, kind, device, grid, place or owner's name; "
    "`a|b` finds either"
)

router = APIRouter(prefix="/api", tags=["cases"])


@router.get("/cases", summary="Cases, newest first", dependencies=[needs("cases.read")])
async def list_cases(
    parts: WiredParts,
    conn: Connection,
    actor: Acting,
    state: Annotated[Chosen, Query(description="Which cases")] = "open",
    grid: Annotated[Word | None, Query(description="Only in this grid or below it")] = None,
    kind: Annotated[
        str | None, Query(description="Only of this kind", pattern=r"^[A-Za-z0-9._-]{1,64}$")
    ] = None,
    category: Annotated[
        str | None,
        Query(description="Only of a category of the plan", pattern=r"^[A-Za-z0-9._-]{1,64}$"),
    ] = None,
    grade: Annotated[list[Grade] | None, Query(description="Only of these grades")] = None,
    stage: Annotated[list[Stage] | None, Query(description="Only at these stages")] = None,
    since: Annotated[Asked | None, Query(description="Opened then or later")] = None,
    until: Annotated[Asked | None, Query(description="Opened before then")] = None,
    owner: Annotated[Word | None, Query(description="Only those this person must act on")] = None,
    search: Annotated[Word, Query(description=_SEARCH, examples=["dormitory 3"])] = "",
    limit: Annotated[int, Query(ge=1, le=500)] = 50,
    cursor: Annotated[int | None, Query(ge=1, le=_BIGINT, description="`next` of a page")] = None,
) -> CasePage:
    """A page of the cases that one may read, with the counts of those that are open."""
    now, sight = parts.clock(), sight_of(actor)
    position = await head_position(conn)  # first: the page then holds at least all up to there
    wanted = Filter(
        chosen=state,
        grid=grid,
        kinds=_kinds(parts, kind, category),
        grades=grade,
        stages=stage,
        since=_micros(since),
        until=_micros(until),
        owner=owner,
        search=search,
    )
    found = await read_page(conn, wanted, before=cursor, limit=limit + 1, sight=sight)
    counts = await count_open(conn, grid, now, sight)
    items = found[:limit]
    return CasePage(
        items=[case_view(case, parts.directory, now) for case in items],
        next=str(items[-1].id) if len(found) > limit else None,
        counts=CaseCounts(
            open=sum(counts.by_kind.values()), overdue=counts.overdue, by_kind=counts.by_kind
        ),
        position=position,
    )


@router.get("/cases/{case_id}", summary="The file of a case", dependencies=[needs("cases.read")])
async def read_case(
    case_id: CaseId, parts: WiredParts, conn: Connection, actor: Acting
) -> CaseFile:
    """A case with its log, the breaches it took up, its evidence and the possible actions."""
    case = await find_seen(conn, case_id, actor)
    doer = doer_of(actor, case, parts.directory.territory)
    return await case_file(conn, case, parts.directory, parts.clock(), parts.plan.cases, doer)


@router.post(
    "/cases/{case_id}/steps",
    summary="Take a step with a case",
    responses={400: {}, 403: {}, 404: {}, 409: {}},
    dependencies=[
        needs(
            "cases.act",
            "cases.screen",
            "cases.assign",
            "cases.recheck",
            "cases.close",
            "cases.supervise",
        )
    ],
)
async def take_step(
    case_id: CaseId,
    order: Step,
    parts: WiredParts,
    conn: Connection,
    person: Person,
    actor: Acting,
    key: Key = None,
) -> CaseFile:
    """`possible` of the case's file says which actions it allows, and what each needs.

    Answers with the file as it then is.
    """
    await refuse_unknown(parts, conn, person)
    await find_seen(conn, case_id, actor)
    await _refuse_strangers(parts, conn, actor, order)
    attempt = Attempt(case=case_id, actor=actor, order=order, key=key)
    try:
        return await act(conn, attempt, parts, parts.clock())
    except NoSuchCaseError:
        raise no_such_case(case_id) from None
    except NoSuchPhotoError as error:
        raise no_such_photo(error) from None
    except NoSuchAttachmentError as error:
        raise _no_such_document(error) from None
    except StepRefusedError as error:
        raise _refusal(error.refused) from None


@router.post(
    "/cases/{case_id}/evidence",
    summary="Add photos and documents to a case",
    status_code=201,
    responses={400: {}, 404: {}},
    dependencies=[needs("cases.act")],
)
async def bring_evidence(
    case_id: CaseId,
    order: EvidenceRequest,
    parts: WiredParts,
    conn: Connection,
    actor: Acting,
    person: Person,
    key: Key = None,
) -> CaseFile:
    """Into the log of a case, open or closed, with author and time; kept for good."""
    await refuse_unknown(parts, conn, person)
    await find_seen(conn, case_id, actor, "cases.act")
    addition = Addition(case=case_id, actor=actor, order=order, key=key)
    try:
        return await add_evidence(conn, addition, parts, parts.clock())
    except NoSuchCaseError:
        raise no_such_case(case_id) from None
    except NoSuchPhotoError as error:
        raise no_such_photo(error) from None
    except NoSuchAttachmentError as error:
        raise _no_such_document(error) from None


def _no_such_document(error: NoSuchAttachmentError) -> ProblemError:
    return invalid([FieldError(field="body.documents", message=str(error))])


def _kinds(parts: Parts, kind: str | None, category: str | None) -> list[str] | None:
    """The kinds that both ask for; None: all."""
    if category is None:
        return None if kind is None else [kind]
    known = parts.plan.categories.get(category)
    kinds = [] if known is None else [category, *known.joins]
    return kinds if kind is None else [one for one in kinds if one == kind]


def _micros(moment: datetime | None) -> int | None:
    return None if moment is None else clock.micros(moment)


async def _refuse_strangers(parts: Parts, conn: Connection, actor: Actor, order: Step) -> None:
    """People, departments and the other case that an order names must be there for who acts.

    Raises:
        ProblemError: a 422, if not.
    """
    for field in ("to", "coordinator"):
        person: str | None = getattr(order, field)
        if person is not None and not await may_name(parts, conn, actor, person):
            message = "nobody of that id belongs to the site; see `people` in GET /api/site"
            raise invalid([FieldError(field=f"body.{field}", message=message)])
    for field, units in (("lead", [order.lead]), ("cooperating", order.cooperating or [])):
        for unit in units:
            if unit is not None and unit not in parts.plan.departments:
                message = "the plan has no such department; see GET /api/report-categories"
                raise invalid([FieldError(field=f"body.{field}", message=message)])


def _refusal(refused: Refused) -> ProblemError:
    if refused.missing is not None:
        return invalid([FieldError(field=f"body.{refused.missing}", message=refused.message)])
    if refused.reason == "not_yours":
        return ProblemError(
            403,
            "not-your-step",
            "Somebody else must take that step",
            refused.message,
            allowed=list(refused.allowed),
        )
    return ProblemError(
        409,
        "step-out-of-turn",
        "The case is not at that step",
        refused.message,
        allowed=list(refused.allowed),
    )
