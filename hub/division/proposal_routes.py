"""Routes of proposals: how the division changes."""

from __future__ import annotations

import asyncio
from typing import Annotated

import msgspec
from fastapi import APIRouter, Path, Query, Response

from hub.acting import Person, refuse_unknown
from hub.division.compare import proposal_file
from hub.division.departure import Departure
from hub.division.domain import division_of, grid_changes, with_division
from hub.division.proposals import (
    NoSuchProposalError,
    NotAboveError,
    Proposal,
    ProposalError,
    decide,
    list_proposals,
    list_vacancies,
    propose,
    propose_departure,
)
from hub.division.read import site_in_force
from hub.division.routes import GridCode
from hub.division.suggest import suggestions
from hub.division.views import (
    ChangeView,
    DepartureOrder,
    DepartureView,
    ProposalDecision,
    ProposalFile,
    ProposalOrder,
    ProposalView,
    SuggestionView,
    VacancyView,
)
from hub.paging import Before, numbered
from hub.problems import FieldError, ProblemError, invalid, told
from hub.replies.repeatable import repeatable
from hub.rights.guard import needs
from hub.sites.domain import SiteDocument, SiteError, read_document
from hub.sites.geojson import import_geojson
from hub.sites.store import SiteRefusedError
from hub.views import instant, person_view
from hub.wiring import Connection, Parts, WiredParts
from ingest import clock

router = APIRouter(prefix="/api", tags=["grids"])

ProposalId = Annotated[int, Path(ge=1, le=2**63 - 1)]


@router.get(
    "/proposals",
    summary="Proposed changes of the division, newest first",
    dependencies=[needs("site.read")],
)
async def read_proposals(
    parts: WiredParts,
    conn: Connection,
    response: Response,
    limit: Annotated[int, Query(ge=1, le=500)] = 100,
    before: Before = None,
) -> list[ProposalView]:
    """With what each changes and what became of it; the header `Link` names the next page."""
    page, onward = numbered(await list_proposals(conn, limit + 1, before), limit, lambda p: p.id)
    if onward is not None:
        response.headers["Link"] = f'</api/proposals?limit={limit}&cursor={onward}>; rel="next"'
    return [_view(one, parts) for one in page]


@router.get(
    "/proposals/{proposal_id}",
    summary="A proposal with the division before and after it",
    responses={404: {}},
    dependencies=[needs("site.read")],
)
async def read_proposal(
    proposal_id: ProposalId, parts: WiredParts, conn: Connection
) -> ProposalFile:
    """Both divisions, to be drawn, and what an open proposal would bring."""
    document = await site_in_force(conn)
    with told(NoSuchProposalError, _problem):
        return await proposal_file(
            conn,
            document,
            proposal_id,
            parts.rules,
            lambda one: _view(one, parts),
            lambda id_: person_view(id_, parts.directory),
        )


@router.post(
    "/proposals",
    summary="Propose a change of the division",
    status_code=201,
    responses={400: {}, 404: {}, 409: {}, 422: {}},
    dependencies=[needs("grids.propose")],
)
@repeatable
async def post_proposal(
    order: ProposalOrder, parts: WiredParts, conn: Connection, person: Person
) -> ProposalView:
    """Check and store a change of grids, holders and duties; it takes effect once approved."""
    await refuse_unknown(parts, conn, person)
    current = await site_in_force(conn)
    with told(SiteError, _problem):
        made = await propose(
            conn,
            _wanted(current, order),
            by=person,
            reason=order.reason,
            rules=parts.rules,
            now=parts.clock(),
        )
    return _view(made, parts)


@router.post(
    "/departures",
    summary="Propose that a member leaves all posts",
    status_code=201,
    responses={400: {}, 404: {}, 409: {}, 422: {}},
    dependencies=[needs("grids.propose")],
)
@repeatable
async def post_departure(
    order: DepartureOrder, parts: WiredParts, conn: Connection, person: Person
) -> ProposalView:
    """A proposal; once approved, posts go over or fall vacant, and open cases with them."""
    await refuse_unknown(parts, conn, person)
    departure = Departure(person=order.person, kind=order.kind, successor=order.successor)
    with told(SiteError, _problem):
        made = await propose_departure(
            conn,
            departure,
            by=person,
            reason=order.reason,
            rules=parts.rules,
            now=parts.clock(),
        )
    return _view(made, parts)


@router.get(
    "/suggestions",
    summary="Splits and merges by the plan's sizes",
    responses={404: {}},
    dependencies=[needs("grids.propose")],
)
async def read_suggestions(parts: WiredParts, conn: Connection) -> list[SuggestionView]:
    """One for each leaf grid outside of its size rule, where there is a sound way."""
    document = await site_in_force(conn)
    old = division_of(document)
    return [
        SuggestionView(
            what=one.what,
            grid=one.grid,
            other=one.other,
            why=one.why,
            changes=[
                ChangeView(grid=change.grid, what=change.what)
                for change in grid_changes(old, one.division)
            ],
        )
        # In a thread: of a town it takes a while, and the streams share this one.
        for one in await asyncio.to_thread(suggestions, document, parts.rules)
    ]


@router.post(
    "/suggestions/{code}/proposal",
    summary="Take a suggestion up as a proposal",
    status_code=201,
    responses={400: {}, 404: {}, 409: {}, 422: {}},
    dependencies=[needs("grids.propose")],
)
@repeatable
async def take_up_suggestion(
    code: GridCode, parts: WiredParts, conn: Connection, person: Person
) -> ProposalView:
    """Propose what is suggested for the grid, in one's own name; somebody above decides."""
    await refuse_unknown(parts, conn, person)
    document = await site_in_force(conn)
    found = await asyncio.to_thread(suggestions, document, parts.rules)
    chosen = next((one for one in found if one.grid == code), None)
    if chosen is None:
        text = f"Nothing is suggested for grid `{code}` now; see GET /api/suggestions."
        raise ProblemError(404, "no-such-suggestion", "There is no such suggestion", text)
    with told(SiteError, _problem):
        made = await propose(
            conn,
            with_division(document, chosen.division),
            by=person,
            reason=f"{chosen.what} {chosen.grid} / {chosen.other}: {chosen.why}",
            rules=parts.rules,
            now=parts.clock(),
        )
    return _view(made, parts)


@router.get(
    "/vacancies",
    summary="Posts that members left without a successor",
    dependencies=[needs("staff.read")],
)
async def read_vacancies(parts: WiredParts, conn: Connection) -> list[VacancyView]:
    """The open ones first."""
    return [
        VacancyView.model_validate({**row, "person": person_view(row["person"], parts.directory)})
        for row in await list_vacancies(conn)
    ]


@router.post(
    "/proposals/{proposal_id}/decision",
    summary="Approve, refuse or withdraw a proposal",
    responses={400: {}, 403: {}, 404: {}, 409: {}, 422: {}},
    dependencies=[needs("grids.decide", "grids.propose")],
)
@repeatable
async def decide_proposal(
    proposal_id: ProposalId,
    order: ProposalDecision,
    parts: WiredParts,
    conn: Connection,
    person: Person,
) -> ProposalView:
    """Decide as a holder of a grid above those that change; an approved one is in force at once."""
    await refuse_unknown(parts, conn, person)
    with told(SiteError, _undecided):
        decided = await decide(
            conn,
            proposal_id,
            order.decision,
            by=person,
            note=order.note,
            rules=parts.rules,
            now=parts.clock(),
        )
    return _view(decided, parts)


def _wanted(current: SiteDocument, order: ProposalOrder) -> SiteDocument:
    if (order.geojson is None) == (order.site is None):
        raise SiteError("send either `geojson` or `site`")
    if order.geojson is not None:
        return import_geojson(current, msgspec.json.encode(order.geojson))
    return read_document(msgspec.json.encode(order.site))


def _problem(error: SiteError) -> ProblemError:
    match error:
        case NoSuchProposalError():
            text = f"{error}; see GET /api/proposals."
            return ProblemError(404, "no-such-proposal", "There is no such proposal", text)
        case NotAboveError():
            title = "Somebody of a higher grid has to decide"
            return ProblemError(403, "not-above", title, str(error))
        case ProposalError():
            return _conflict(error)
        case SiteRefusedError():
            first = error.problems[:50]
            return invalid([FieldError(field=one.subject, message=one.text) for one in first])
        case _:
            return invalid([FieldError(field="body", message=str(error))])


def _undecided(error: SiteError) -> ProblemError:
    """Nothing in the request is wrong: the site has changed since the proposal."""
    return _conflict(error) if isinstance(error, SiteRefusedError) else _problem(error)


def _conflict(error: SiteError) -> ProblemError:
    return ProblemError(409, "proposal-refused", "The proposal cannot be taken so", str(error))


def _view(one: Proposal, parts: Parts) -> ProposalView:
    gone = one.departure
    return ProposalView(
        id=one.id,
        reason=one.reason,
        departure=None
        if gone is None
        else DepartureView(
            person=person_view(gone.person, parts.directory),
            kind=gone.kind,
            successor=None
            if gone.successor is None
            else person_view(gone.successor, parts.directory),
        ),
        changes=[ChangeView(grid=change.grid, what=change.what) for change in one.changes],
        proposed_by=person_view(one.proposed_by, parts.directory),
        proposed=clock.moment(one.proposed),
        state=one.state,
        decided_by=None if one.decided_by is None else person_view(one.decided_by, parts.directory),
        decided=instant(one.decided),
        note=one.note,
    )
