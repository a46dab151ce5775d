"""Proposals: a change of the division is checked, stored, decided from above, then takes effect.

Without one the division stays fixed.
"""

from __future__ import annotations

from typing import Any, Literal

import msgspec
from psycopg import AsyncConnection
from psycopg.rows import DictRow, dict_row
from psycopg.types.json import Jsonb

from edge.wire import Micros
from hub.division.domain import (
    Change,
    Division,
    division_of,
    grid_changes,
    holder_changes,
    with_division,
)
from hub.roster.domain import outranks
from hub.sites.check import check
from hub.sites.domain import SiteDocument, SiteError
from hub.sites.rules import GridRules
from hub.sites.store import SiteRefusedError, load_site, read_site
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


async def refuse_unproposed(conn: AsyncConnection[Any], document: SiteDocument) -> None:
    """Check that a document leaves the division in force as it is; before the first all is free.

    Raises:
        ProposalError: it does not.
    """
    current = await read_site(conn)
    if current is None:
        return
    changes = grid_changes(division_of(current), division_of(document))
    if changes:
        named = ", ".join(f"{change.grid} {change.what}" for change in changes[:5])
        raise ProposalError(
            f"the division is fixed, and this file changes it ({named}): "
            "use `gridwarden site propose`, and let a higher grid approve"
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
    if by not in {person.id for person in current.people}:
        raise ProposalError(f"nobody of the site has the id {by}")
    division = division_of(document)
    old = division_of(current)
    changes = [*grid_changes(old, division), *holder_changes(old, division)]
    if not changes:
        raise ProposalError("the proposal changes no grid and no holder")
    problems = check(with_division(current, division), rules)
    if problems:
        raise SiteRefusedError(problems)
    values = {
        "reason": reason,
        "division": Jsonb(msgspec.to_builtins(division)),
        "base": old.fingerprint(),
        "changes": Jsonb(msgspec.to_builtins(changes)),
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
        current = await _in_force(conn)
        _refuse_wrong_person(filed, current, verdict, by)
        if verdict == "approve":
            if division_of(current).fingerprint() != filed.base:
                raise ProposalError(
                    "the division or its holders have changed since: propose it anew"
                )
            changed = with_division(current, filed.division)
            await load_site(conn, changed, rules=rules, now=now, decided_by=by)
        values = {
            "id": proposal,
            "state": _STATES[verdict],
            "by": by,
            "at": clock.moment(now),
            "note": note,
        }
        (decided,) = await _rows(conn, "decide", values)
    return decided


async def list_proposals(conn: AsyncConnection[Any], limit: int = 100) -> list[Proposal]:
    """The newest proposals."""
    return await _rows(conn, "proposals", {"limit": limit})


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
    )
