"""Proposals: a change of the division is checked, stored, decided from above, then takes effect.

Without one the division stays fixed.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Literal

import msgspec
from psycopg import AsyncConnection
from psycopg.rows import DictRow, dict_row
from psycopg.types.json import Jsonb

from edge.wire import Micros
from hub.cases.reassign import reassign
from hub.division.departure import Departure, given_up, vacancies, without
from hub.division.domain import (
    Change,
    Division,
    division_of,
    grid_changes,
    holder_changes,
    with_division,
)
from hub.roster.domain import outranks
from hub.sites.check import Problem, check
from hub.sites.domain import SiteDocument, SiteError
from hub.sites.problem import UNFINISHED
from hub.sites.rules import GridRules
from hub.sites.store import SiteRefusedError, load_site, lock_site, read_site
from ingest import clock
from ingest.sql import load_queries

State = Literal["proposed", "approved", "refused", "withdrawn"]
Verdict = Literal["approve", "refuse", "withdraw"]

_QUERIES = load_queries("hub.division")
_STATES: dict[Verdict, State] = {
    "approve": "approved",
    "refuse": "refused",
    "withdraw": "withdrawn",
}


class ProposalError(SiteError):
    """A proposal that cannot be made or decided so; the text says what to do."""


class NoSuchProposalError(ProposalError):
    """There is no proposal with that id."""


class NotAboveError(ProposalError):
    """Somebody else has to decide."""


class Proposal(msgspec.Struct, frozen=True, kw_only=True):
    """One proposed change and what became of it."""

    id: int
    reason: str
    division: Division
    base: bytes
    changes: list[Change]
    proposed_by: str
    proposed: Micros
    state: State
    decided_by: str | None
    decided: Micros | None
    note: str
    departure: Departure | None = None


async def refuse_unproposed(conn: AsyncConnection[Any], document: SiteDocument) -> None:
    """Check that a document leaves division and holders as they are; the first load is free.

    In the caller's transaction, until whose end nobody else changes the site.

    Raises:
        ProposalError: it does not.
    """
    await lock_site(conn)
    current = await read_site(conn)
    if current is None:
        return
    old, new = division_of(current), division_of(document)
    changes = [*grid_changes(old, new), *holder_changes(old, new)]
    if changes:
        named = ", ".join(f"{change.grid} {change.what}" for change in changes[:5])
        raise ProposalError(
            f"the division is fixed while it is in force, and so are its holders ({named}): use "
            "`gridwarden site propose`, and let a higher grid approve"
        )


async def propose(
    conn: AsyncConnection[Any],
    document: SiteDocument,
    *,
    by: str,
    reason: str,
    rules: GridRules,
    now: Micros,
) -> Proposal:
    """Store a change of the division in force; only levels, grids and their people are taken.

    Raises:
        ProposalError: there is no site yet, nothing changes, or `by` is nobody of the site.
        SiteRefusedError: the site would have problems.
    """
    current = await _in_force(conn)
    _refuse_strangers(current, by)
    division = division_of(document)
    problems = check(with_division(current, division), rules)
    return await _file(
        conn, current, division, problems, by=by, reason=reason, departure=None, now=now
    )


async def propose_departure(
    conn: AsyncConnection[Any],
    departure: Departure,
    *,
    by: str,
    reason: str,
    rules: GridRules,
    now: Micros,
) -> Proposal:
    """Propose that somebody leaves all posts: once approved, open cases go over with the reason.

    Posts without a successor become vacant; what is unfinished in the territory does not hinder.

    Raises:
        ProposalError: the person holds nothing, is nobody of the site, or no reason is given.
        SiteRefusedError: the site would have problems.
    """
    current = await _in_force(conn)
    people = [by, departure.person]
    people += [] if departure.successor is None else [departure.successor]
    _refuse_strangers(current, *people)
    if not reason.strip():
        raise ProposalError("say in the reason why the member leaves")
    if departure.successor == departure.person:
        raise ProposalError("the successor is another person than the one who leaves")
    old = division_of(current)
    division = without(old, departure)
    roots = {grid.code for grid in current.grids if grid.parent is None}
    left = {holding.grid for holding in old.holdings} - {one.grid for one in division.holdings}
    if roots & left:
        raise ProposalError(
            "name a successor: without a holder of the root nobody could approve anything any more"
        )
    problems = [
        problem
        for problem in check(with_division(current, division), rules)
        if problem.kind not in UNFINISHED
    ]
    return await _file(
        conn, current, division, problems, by=by, reason=reason, departure=departure, now=now
    )


async def _file(
    conn: AsyncConnection[Any],
    current: SiteDocument,
    division: Division,
    problems: list[Problem],
    *,
    by: str,
    reason: str,
    departure: Departure | None,
    now: Micros,
) -> Proposal:
    old = division_of(current)
    changes = [*grid_changes(old, division), *holder_changes(old, division)]
    if not changes:
        raise ProposalError("the proposal changes no grid and no holder")
    if problems:
        raise SiteRefusedError(problems)
    values = {
        "reason": reason,
        "division": Jsonb(msgspec.to_builtins(division)),
        "base": old.fingerprint(),
        "changes": Jsonb(msgspec.to_builtins(changes)),
        "departure": None if departure is None else Jsonb(msgspec.to_builtins(departure)),
        "by": by,
        "at": clock.moment(now),
    }
    (made,) = await _rows(conn, "propose", values)
    return made


async def decide(
    conn: AsyncConnection[Any],
    proposal: int,
    verdict: Verdict,
    *,
    by: str,
    note: str,
    rules: GridRules,
    now: Micros,
) -> Proposal:
    """Approve (it takes effect at once), refuse or withdraw a proposal, in one transaction.

    Raises:
        NoSuchProposalError: the id is unknown.
        NotAboveError: `by` holds no grid above each one changed, or made the proposal; only who
            made it withdraws it.
        ProposalError: it is decided already, or the division has changed since.
        SiteRefusedError: the site as it is now would have problems.
    """
    async with conn.transaction():
        found = await _rows(conn, "proposal", {"id": proposal})
        if not found:
            raise NoSuchProposalError(f"there is no proposal {proposal}")
        (filed,) = found
        if filed.state != "proposed":
            raise ProposalError(f"proposal {proposal} is {filed.state} already")
        await lock_site(conn)
        current = await _in_force(conn)
        _refuse_wrong_person(filed, current, verdict, by)
        if verdict == "approve":
            if division_of(current).fingerprint() != filed.base:
                raise ProposalError(
                    "the division or its holders have changed since: propose it anew"
                )
            await load_site(
                conn,
                with_division(current, filed.division),
                rules=rules,
                unfinished=filed.departure is not None,
                now=now,
                decided_by=by,
            )
            await _pass_on(conn, filed, division_of(current), now)
        values = {
            "id": proposal,
            "state": _STATES[verdict],
            "by": by,
            "at": clock.moment(now),
            "note": note,
        }
        (decided,) = await _rows(conn, "decide", values)
    return decided


async def find_proposal(conn: AsyncConnection[Any], proposal: int) -> Proposal:
    """One proposal.

    Raises:
        NoSuchProposalError: the id is unknown.
    """
    found = await _rows(conn, "find_proposal", {"id": proposal})
    if not found:
        raise NoSuchProposalError(f"there is no proposal {proposal}")
    return found[0]


async def list_proposals(
    conn: AsyncConnection[Any],
    limit: int = 100,
    before: int | None = None,
    *,
    grids: Sequence[str] | None = None,
    reader: str = "",
) -> list[Proposal]:
    """The newest proposals that change some grids (None: any), and those of `reader`.

    Of those with smaller numbers than `before`, if it is given.
    """
    values = {
        "limit": limit,
        "before": before,
        "grids": None if grids is None else list(grids),
        "reader": reader,
    }
    return await _rows(conn, "proposals", values)


async def list_vacancies(
    conn: AsyncConnection[Any], limit: int = 200, *, grids: Sequence[str] | None = None
) -> list[DictRow]:
    """Posts that somebody left without a successor, the open ones first; `filled`: since when.

    Those of some grids; None: of all.
    """
    values = {"limit": limit, "grids": None if grids is None else list(grids)}
    async with conn.cursor(row_factory=dict_row) as cursor:
        await cursor.execute(_QUERIES["vacancies"], values)
        return await cursor.fetchall()


async def _pass_on(conn: AsyncConnection[Any], filed: Proposal, old: Division, now: Micros) -> None:
    """Raise vacancies, and hand over the open cases of those who gave a post up."""
    gone = filed.departure
    if gone is not None:
        for vacancy in vacancies(old, filed.division, gone):
            values = {
                "grid": vacancy.grid,
                "post": vacancy.seat,
                "person": gone.person,
                "kind": gone.kind,
                "reason": filed.reason,
                "proposal": filed.id,
                "at": clock.moment(now),
            }
            await conn.execute(_QUERIES["raise_vacancy"], values)
    await reassign(
        conn,
        given_up(old, filed.division),
        None if gone is None else gone.person,
        reason="replaced" if gone is None else gone.kind,
        note=filed.reason,
        now=now,
    )


def _refuse_strangers(current: SiteDocument, *people: str) -> None:
    known = {person.id for person in current.people}
    for person in people:
        if person not in known:
            raise ProposalError(f"nobody of the site has the id {person}")


def _refuse_wrong_person(filed: Proposal, current: SiteDocument, verdict: Verdict, by: str) -> None:
    if verdict == "withdraw":
        if by != filed.proposed_by:
            raise NotAboveError(f"only {filed.proposed_by} can withdraw proposal {filed.id}")
        return
    # A grid that is new lies under the parent that it will have.
    parents = {grid.code: grid.parent for grid in filed.division.grids}
    parents |= {grid.code: grid.parent for grid in current.grids}
    holdings = {holding.grid: holding for holding in current.holdings}
    grids = sorted({change.grid for change in filed.changes})
    if by == filed.proposed_by or not outranks(by, grids, parents, holdings):
        raise NotAboveError(
            f"proposal {filed.id} is decided by another person than {filed.proposed_by}: "
            f"a holder of a grid above {', '.join(grids[:5])}"
        )


async def _in_force(conn: AsyncConnection[Any]) -> SiteDocument:
    current = await read_site(conn)
    if current is None:
        raise ProposalError("no site is loaded yet: the first one needs no proposal, load it")
    return current


async def _rows(conn: AsyncConnection[Any], query: str, values: dict[str, Any]) -> list[Proposal]:
    async with conn.cursor(row_factory=dict_row) as cursor:
        await cursor.execute(_QUERIES[query], values)
        return [_proposal(row) async for row in cursor]


def _proposal(row: DictRow) -> Proposal:
    decided = row["decided"]
    return Proposal(
        id=row["id"],
        reason=row["reason"],
        division=msgspec.convert(row["division"], Division),
        base=row["base"],
        changes=msgspec.convert(row["changes"], list[Change]),
        proposed_by=row["proposed_by"],
        proposed=clock.micros(row["proposed"]),
        state=row["state"],
        decided_by=row["decided_by"],
        decided=None if decided is None else clock.micros(decided),
        note=row["note"],
        departure=None
        if row["departure"] is None
        else msgspec.convert(row["departure"], Departure),
    )
