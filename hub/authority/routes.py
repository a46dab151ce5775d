"""Route of the authorities' queries: the one thing that those two roles may do."""

from __future__ import annotations

from fastapi import APIRouter

from hub.audit import store as audit
from hub.audit.domain import Entry
from hub.authority import store
from hub.authority.domain import MOST_LINES, PER_HOUR
from hub.authority.views import AuthorityAnswer, AuthorityRequest, line
from hub.cases.query import at_place
from hub.problems import FieldError, ProblemError, invalid
from hub.rights.domain import Right, has_somewhere
from hub.rights.guard import Acting, needs, not_allowed
from hub.secrecy.guard import of_persons
from hub.tracing.store import count_present
from hub.wiring import Connection, WiredParts

_RIGHTS: dict[str, Right] = {"police": "queries.police", "health": "queries.health"}

router = APIRouter(prefix="/api", tags=["authority"])


@router.post(
    "/authority-queries",
    summary="A query of police or health authority",
    responses={403: {}, 422: {}, 429: {}},
    dependencies=[needs("queries.police", "queries.health"), of_persons()],
)
async def ask_as_authority(
    request: AuthorityRequest, parts: WiredParts, conn: Connection, actor: Acting
) -> AuthorityAnswer:
    """With the authority's case number only; kept and noted, 30 an hour at most (PR-12)."""
    right = _RIGHTS[request.authority]
    if not has_somewhere(actor, [right]):
        raise not_allowed((right,))
    query, now = request.query(), parts.clock()
    if query.fault is not None:
        raise invalid([FieldError(field="body.to", message=query.fault)])
    wait_s = await store.wait_s(conn, actor.person, now)
    if wait_s:
        raise ProblemError(
            429,
            "too-many-queries",
            "Too many queries",
            f"{PER_HOUR} an hour are answered; ask again in {wait_s} s.",
            headers={"Retry-After": str(wait_s)},
        )
    cases, people = None, None
    if query.authority == "police":
        found = await at_place(conn, query.place, query.start, query.finish, MOST_LINES)
        cases = [line(one) for one in found]
    else:
        people = await count_present(conn, query.place, query.start, query.finish)
    told = len(cases) if cases is not None else people or 0
    number = await store.keep(conn, query, actor=actor.person, told=told, now=now)
    data = {
        "query": number,
        "case_number": query.case_number,
        "from": query.start,
        "to": query.finish,
        "told": told,
    }
    entry = Entry(
        at=now,
        actor=actor.person,
        action=f"authority.{query.authority}",
        subject=f"place:{query.place}",
        data=data,
    )
    await audit.note(conn, entry)
    return AuthorityAnswer(id=number, cases=cases, people=people)
