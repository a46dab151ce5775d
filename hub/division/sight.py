"""Sight: which grids of a division somebody is told of, and which changes they may propose. Pure.

Of one's own grids everything, of those above name, outline and holders, of those beside nothing.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import msgspec

from hub.division.domain import Change, Division, What, division_of, with_division
from hub.division.proposals import Proposal
from hub.rights.domain import EVERYWHERE, Actor, Right, may
from hub.sites.domain import Grid, SiteDocument, grid_path

BORDER: frozenset[What] = frozenset({"added", "removed", "redrawn"})
"""What a moved border, a split or a merge does to the grids beside one's own."""


@dataclass(frozen=True, slots=True)
class Seen:
    """The grids that a right reaches, and with them those above; `everything`: the whole site."""

    everything: bool
    own: frozenset[str]
    known: frozenset[str]

    def has(self, code: str | None) -> bool:
        """Whether a grid is one's own; what lies in none is only for who reaches everything."""
        return self.everything or code in self.own

    def knows(self, code: str) -> bool:
        """Whether a grid is one's own or above."""
        return self.everything or code in self.known

    def with_grids(self, codes: Iterable[str]) -> Seen:
        """The same with some other grids, which a proposal changes together with one's own."""
        more = frozenset(codes)
        return Seen(self.everything, self.own | more, self.known | more)


def seen_of(actor: Actor, right: Right, grids: Iterable[Grid]) -> Seen:
    """What somebody sees of some grids."""
    parents = {grid.code: grid.parent for grid in grids}
    paths = {code: grid_path(parents, code) for code in parents}
    own = frozenset(code for code, path in paths.items() if may(actor, right, path))
    known = own.union(*(paths[code] for code in own))
    return Seen(actor.reach(right) is EVERYWHERE, own, known)


def seen_with(actor: Actor, right: Right, current: SiteDocument, division: Division) -> Seen:
    """The same of the grids in force together with those that a proposal would bring."""
    there = {grid.code for grid in current.grids}
    new = [grid for grid in division.grids if grid.code not in there]
    return seen_of(actor, right, [*current.grids, *new])


def shown(document: SiteDocument, seen: Seen) -> SiteDocument:
    """The document with the grids that are known and their holders."""
    grids = [
        grid if seen.has(grid.code) else msgspec.structs.replace(grid, fixes={})
        for grid in document.grids
        if seen.knows(grid.code)
    ]
    holdings = [one for one in document.holdings if seen.knows(one.grid)]
    return msgspec.structs.replace(document, grids=grids, holdings=holdings)


def changes_told(actor: Actor, current: SiteDocument, one: Proposal) -> list[Change]:
    """The changes of a proposal that somebody is told of; none: it is not there for them."""
    if one.proposed_by == actor.person:
        return one.changes
    seen = seen_with(actor, "site.read", current, one.division)
    return [change for change in one.changes if seen.has(change.grid)]


def not_theirs(
    actor: Actor, current: SiteDocument, division: Division, changes: Iterable[Change]
) -> list[str]:
    """The grids that somebody may not propose to change so.

    Theirs are those that the right reaches, and with them the border to the grids beside: else no
    border could be moved by who works at it. Somebody above decides in either case.
    """
    seen = seen_with(actor, "grids.propose", current, division)
    changes = list(changes)
    parents = _parents(current, division)
    touched = any(seen.has(change.grid) for change in changes)
    beside = {parents.get(code) for code in seen.own if parents.get(code) not in seen.own}
    return [
        change.grid
        for change in changes
        if not seen.has(change.grid)
        and not (touched and change.what in BORDER and parents.get(change.grid) in beside)
    ]


def merged(actor: Actor, current: SiteDocument, wanted: SiteDocument) -> SiteDocument:
    """The division that somebody wants, of whose grids they have been told a part.

    What they do not know of stays, as do people, levels, and the holders of all other grids.
    """
    seen = seen_of(actor, "site.read", current.grids)
    if seen.everything:
        return wanted
    there, drawn = {grid.code for grid in current.grids}, {grid.code for grid in wanted.grids}
    grids = [
        *(grid for grid in current.grids if grid.code not in drawn and not seen.knows(grid.code)),
        *wanted.grids,
    ]
    codes = {grid.code for grid in grids}

    def theirs(code: str) -> bool:
        return code in seen.own or code not in there

    old, new = division_of(current), division_of(wanted)
    division = msgspec.structs.replace(
        old,
        grids=grids,
        holdings=[
            *(one for one in old.holdings if one.grid in codes and not theirs(one.grid)),
            *(one for one in new.holdings if theirs(one.grid)),
        ],
        duties=[
            *(one for one in old.duties if one.grid in codes and not theirs(one.grid)),
            *(one for one in new.duties if theirs(one.grid) and one.grid in codes),
        ],
        contracts=[
            *(one for one in old.contracts if one.grid in codes and not theirs(one.grid)),
            *(one for one in new.contracts if theirs(one.grid) and one.grid in codes),
        ],
    )
    return with_division(current, division)


def _parents(current: SiteDocument, division: Division) -> Mapping[str, str | None]:
    parents = {grid.code: grid.parent for grid in division.grids}
    return parents | {grid.code: grid.parent for grid in current.grids}
