"""Routes of proposals: how the division changes."""

from __future__ import annotations

import asyncio
from typing import Annotated

import msgspec
from fastapi import APIRouter, Path, Query, Response

from hub.acting import Person, may_name, refuse_unknown
from hub.division.compare import proposal_file
from hub.division.departure import Departure
from hub.division.domain import Change, division_of, grid_changes, with_division
from hub.division.proposals import (
    NoSuchProposalError,
    NotAboveError,
    Proposal,
    ProposalError,
    decide,
    find_proposal,
    list_proposals,
    list_vacancies,
    propose,
    propose_departure,
)
from hub.division.read import site_in_force
from hub.division.routes import GridCode
from hub.division.sight import changes_told, merged, not_theirs, seen_of, seen_with
from hub.division.suggest import Suggestion, suggestions
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
from hub.rights.domain import Actor
from hub.rights.guard import Acting, needs, nothing_there
from hub.rights.people import is_under, shares_a_post
from hub.rights.sight import seen_grids
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
    actor: Acting,
    response: Response,
    limit: Annotated[int, Query(ge=1, le=500)] = 100,
    before: Before = None,
) -> list[ProposalView]:
    """Those about one's grids with what each changes in them and what became of it.

    The header `Link` names the next page.
    """
    document = await site_in_force(conn)
    seen = seen_of(actor, "site.read", document.grids)
    grids = None if seen.everything else sorted(seen.own)
    found = await list_proposals(conn, limit + 1, before, grids=grids, reader=actor.person)
    page, onward = numbered(found, limit, lambda one: one.id)
    if onward is not None:
        response.headers["Link"] = f'</api/proposals?limit={limit}&cursor={onward}>; rel="next"'
    told_of = [(one, changes_told(actor, document, one)) for one in page]
    return [_view(one, changes, parts) for one, changes in told_of if changes]


@router.get(
    "/proposals/{proposal_id}",
    summary="A proposal with the division before and after it",
    responses={404: {}},
    dependencies=[needs("site.read")],
)
async def read_proposal(
    proposal_id: ProposalId, parts: WiredParts, conn: Connection, actor: Acting
) -> ProposalFile:
    """Both divisions, to be drawn, and what an open proposal would bring."""
    document = await site_in_force(conn)
    with told(NoSuchProposalError, _problem):
        filed = await _find_told(conn, proposal_id, document, actor)
        changes = changes_told(actor, document, filed)
        seen = seen_with(actor, "site.read", document, filed.division)
        return await proposal_file(
            conn,
            document,
            filed,
            parts.rules,
            lambda one: _view(one, changes, parts),
            lambda id_: person_view(id_, parts.directory),
            seen.with_grids(change.grid for change in changes),
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
    order: ProposalOrder, parts: WiredParts, conn: Connection, actor: Acting, person: Person
) -> ProposalView:
    """Check and store a change of grids, holders and duties; it takes effect once approved."""
    await refuse_unknown(parts, conn, person)
    current = await site_in_force(conn)
    with told(SiteError, _problem):
        made = await propose(
            conn,
            merged(actor, current, _wanted(current, order)),
            by=person,
            reason=order.reason,
            rules=parts.rules,
            now=parts.clock(),
        )
    _refuse_outside(actor, current, made)
    return _view(made, made.changes, parts)


@router.post(
    "/departures",
    summary="Propose that a member leaves all posts",
    status_code=201,
    responses={400: {}, 404: {}, 409: {}, 422: {}},
    dependencies=[needs("grids.propose")],
)
@repeatable
async def post_departure(
    order: DepartureOrder, parts: WiredParts, conn: Connection, actor: Acting, person: Person
) -> ProposalView:
    """A proposal; once approved, posts go over or fall vacant, and open cases with them."""
    await refuse_unknown(parts, conn, person)
    departure = Departure(person=order.person, kind=order.kind, successor=order.successor)
    with told(SiteError, _problem):
        await _refuse_strangers(parts, conn, actor, departure)
        made = await propose_departure(
            conn,
            departure,
            by=person,
            reason=order.reason,
            rules=parts.rules,
            now=parts.clock(),
        )
    return _view(made, made.changes, parts)


@router.get(
    "/suggestions",
    summary="Splits and merges by the plan's sizes",
    responses={404: {}},
    dependencies=[needs("grids.propose")],
)
async def read_suggestions(
    parts: WiredParts, conn: Connection, actor: Acting
) -> list[SuggestionView]:
    """One for each of one's leaf grids outside of its size rule, where there is a sound way."""
    document = await site_in_force(conn)
    return [
        SuggestionView(
            what=one.what,
            grid=one.grid,
            other=one.other,
            why=one.why,
            changes=[ChangeView(grid=change.grid, what=change.what) for change in changes],
        )
        for one, changes in await _suggested(document, parts, actor)
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
    code: GridCode, parts: WiredParts, conn: Connection, actor: Acting, person: Person
) -> ProposalView:
    """Propose what is suggested for the grid, in one's own name; somebody above decides."""
    await refuse_unknown(parts, conn, person)
    document = await site_in_force(conn)
    found = await _suggested(document, parts, actor)
    chosen = next((one for one, _ in found if one.grid == code), None)
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
    return _view(made, made.changes, parts)


@router.get(
    "/vacancies",
    summary="Posts that members left without a successor",
    dependencies=[needs("staff.read")],
)
async def read_vacancies(parts: WiredParts, conn: Connection, actor: Acting) -> list[VacancyView]:
    """Those of one's grids, the open ones first."""
    grids = seen_grids(actor, "staff.read", parts.directory.territory)
    return [
        VacancyView.model_validate({**row, "person": person_view(row["person"], parts.directory)})
        for row in await list_vacancies(conn, grids=grids)
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
    actor: Acting,
    person: Person,
) -> ProposalView:
    """Decide as a holder of a grid above those that change; an approved one is in force at once."""
    await refuse_unknown(parts, conn, person)
    with told(SiteError, _undecided):
        document = await site_in_force(conn)
        filed = await _find_told(conn, proposal_id, document, actor)
        decided = await decide(
            conn,
            proposal_id,
            order.decision,
            by=person,
            note=order.note,
            rules=parts.rules,
            now=parts.clock(),
        )
    return _view(decided, changes_told(actor, document, filed), parts)


async def _find_told(
    conn: Connection, proposal: int, document: SiteDocument, actor: Actor
) -> Proposal:
    found = await find_proposal(conn, proposal)
    if not changes_told(actor, document, found):
        raise NoSuchProposalError(f"there is no proposal {proposal}")
    return found


async def _suggested(
    document: SiteDocument, parts: Parts, actor: Actor
) -> list[tuple[Suggestion, list[Change]]]:
    """The suggestions that somebody may take up, each with what it changes."""
    old = division_of(document)
    # In a thread: of a town it takes a while, and the streams share this one.
    found = await asyncio.to_thread(suggestions, document, parts.rules)
    changed = [(one, grid_changes(old, one.division)) for one in found]
    return [
        (one, changes)
        for one, changes in changed
        if not not_theirs(actor, document, one.division, changes)
    ]


def _refuse_outside(actor: Actor, current: SiteDocument, made: Proposal) -> None:
    """Take a proposal back that changes grids of others; the request's transaction ends with it.

    Raises:
        ProblemError: a 404, if it does.
    """
    if not_theirs(actor, current, made.division, made.changes):
        raise nothing_there()


async def _refuse_strangers(
    parts: Parts, conn: Connection, actor: Actor, departure: Departure
) -> None:
    """Who leaves must be one's own or share one's post, and the successor be known.

    Raises:
        ProposalError: a 409, as of somebody who is not there.
    """
    site = parts.directory.territory
    mate = shares_a_post(actor.person, departure.person, site)
    if not (mate or is_under(actor, "grids.propose", departure.person, site)):
        raise ProposalError(f"nobody of the site has the id {departure.person}")
    heir = departure.successor
    if heir is not None and not await may_name(parts, conn, actor, heir):
        raise ProposalError(f"nobody of the site has the id {heir}")


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


def _view(one: Proposal, changes: list[Change], parts: Parts) -> ProposalView:
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
        changes=[ChangeView(grid=change.grid, what=change.what) for change in changes],
        proposed_by=person_view(one.proposed_by, parts.directory),
        proposed=clock.moment(one.proposed),
        state=one.state,
        decided_by=None if one.decided_by is None else person_view(one.decided_by, parts.directory),
        decided=instant(one.decided),
        note=one.note,
    )
