"""Routes of the admission list: read it, ask for a change, decide on one."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Path

from hub.acting import Person, refuse_unknown
from hub.admission import store
from hub.admission.domain import admission_list
from hub.admission.views import (
    AdmissionChange,
    AdmissionDecision,
    AdmissionList,
    AdmissionRequest,
    change_view,
    entry_view,
)
from hub.problems import FieldError, ProblemError, invalid
from hub.replies.store import Asked, Key, once
from hub.rights.guard import needs
from hub.wiring import Connection, WiredParts

ChangeId = Annotated[int, Path(ge=1, le=2**63 - 1)]

router = APIRouter(prefix="/api", tags=["cases"])


@router.get(
    "/admission",
    summary="Which categories grid staff get",
    dependencies=[needs("cases.read")],
)
async def read_admission(parts: WiredParts, conn: Connection) -> AdmissionList:
    """The admission and exit list (准入制): by the plan, and by changes that were agreed."""
    rules = parts.plan.cases
    entries = admission_list(parts.plan.categories, rules, await store.changes(conn))
    return AdmissionList(
        items=[entry_view(one) for one in entries],
        grid_staff=[str(role) for role in rules.grid_staff],
        excluded=rules.excluded,
    )


@router.post(
    "/admission/changes",
    summary="Ask for a change of the admission list",
    status_code=201,
    responses={409: {}},
    dependencies=[needs("cases.assign")],
)
async def ask_change(
    request: AdmissionRequest,
    parts: WiredParts,
    conn: Connection,
    person: Person,
    key: Key = None,
) -> AdmissionChange:
    """It takes effect when somebody else agrees."""
    await refuse_unknown(parts, conn, person)
    if request.category not in parts.plan.categories:
        message = "the plan has no such category; see GET /api/report-categories"
        raise invalid([FieldError(field="body.category", message=message)])
    now = parts.clock()

    async def work() -> AdmissionChange:
        asked = await store.ask(
            conn, request.category, request.reason, admitted=request.admitted, by=person, now=now
        )
        if asked is None:
            raise ProblemError(
                409,
                "change-pending",
                "A change of that category waits already",
                f"Decide on it first: GET /api/admission shows it as `pending` of "
                f"{request.category}.",
            )
        return change_view(asked)

    what = f"admission {request.model_dump_json()}"
    return await once(
        conn, Asked(person=person, key=key, what=what, now=now), AdmissionChange, work
    )


@router.post(
    "/admission/changes/{change}/decision",
    summary="Decide on a change of the admission list",
    responses={403: {}, 404: {}, 409: {}},
    dependencies=[needs("cases.supervise")],
)
async def decide_change(
    change: ChangeId,
    decision: AdmissionDecision,
    parts: WiredParts,
    conn: Connection,
    person: Person,
) -> AdmissionChange:
    """By somebody else than who asked."""
    await refuse_unknown(parts, conn, person)
    known = await store.find(conn, change)
    if known is None:
        raise ProblemError(
            404, "no-such-change", "There is no such change", "GET /api/admission lists them."
        )
    if known.asked_by == person:
        raise ProblemError(
            403,
            "not-your-step",
            "Somebody else must take that step",
            "Who asked for the change doesn't decide on it.",
        )
    decided = await store.decide(
        conn, change, decision.note.strip(), agreed=decision.agreed, by=person, now=parts.clock()
    )
    if decided is None:
        raise ProblemError(
            409, "decided-already", "It was decided already", "Ask for another change."
        )
    return change_view(decided)
