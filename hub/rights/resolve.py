"""Resolve: who acts, with which rights where, by the account, the site, leave, plan and time. Pure.

Posts (warden, stand-in, chief) carry rights by the holding alone: they begin and end with it, a
stand-in's with the holder's leave. Other roles carry them where the person works.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from types import MappingProxyType

import msgspec

from edge.wire import Micros
from hub.rights.domain import (
    EVERYWHERE,
    Actor,
    HeldRole,
    Reach,
    Right,
    RoleName,
    joined,
    limited,
)
from hub.rights.roles import Templates
from hub.roster.domain import Leave
from hub.sites.domain import Role, SiteDocument, leaf_codes

POSTS: frozenset[Role] = frozenset(("warden", "stand_in", "chief"))
WHOLE_SITE: frozenset[Role] = frozenset(
    ("desk", "fire_supervisor", "epidemiologist", "commander", "inspector")
)
"""Roles that work in the whole site where no grid is named; ours."""

OWN_BUSINESS: tuple[Right, ...] = ("site.read", "reports.write", "leaves.read", "leaves.write")
"""What everybody of the site may do for themselves, in no grid: see the own site, take leave."""
OWN_CASES: tuple[Right, ...] = ("cases.read", "cases.act")
"""What is theirs to whom a case was handed, wherever it lies."""


class Grant(msgspec.Struct, frozen=True, kw_only=True):
    """A role given to an account: where (None: the whole site), from when and until when."""

    id: int
    role: RoleName
    grid: str | None
    starts: Micros
    ends: Micros | None

    def holds(self, at: Micros) -> bool:
        """Whether it holds then."""
        return self.starts <= at and (self.ends is None or at < self.ends)


class SignedIn(msgspec.Struct, frozen=True, kw_only=True):
    """What a session or token says: the account, its grants, and the open cases that wait for it.

    `rights` are those that a token is limited to; None: all of the account's.
    """

    account: int
    name: str
    person: str | None
    grants: Sequence[Grant] = ()
    owes: bool = False
    rights: Sequence[str] | None = None
    session: int | None = None
    token: int | None = None


@dataclass(frozen=True, slots=True)
class Seat:
    """A grid that somebody holds, by which post; for a stand-in, whose place it is."""

    grid: str
    role: Role
    instead_of: str | None = None


@dataclass(frozen=True, slots=True)
class Territory:
    """The site's side: who works where, holds what and is on leave, by person.

    `root` is the one grid that all others lie in, if there is one.
    """

    parents: Mapping[str, str | None] = field(default_factory=dict[str, str | None])
    work: Mapping[str, tuple[Role, str | None]] = field(
        default_factory=dict[str, tuple[Role, str | None]]
    )
    seats: Mapping[str, Sequence[Seat]] = field(default_factory=dict[str, Sequence[Seat]])
    leaves: Mapping[str, Sequence[Leave]] = field(default_factory=dict[str, Sequence[Leave]])
    root: str | None = None

    def path(self, grid: str) -> tuple[str, ...]:
        """Codes from the root down to a grid; of one that went, only its own."""
        found: list[str] = []
        at: str | None = grid
        while at is not None and at not in found:
            found.append(at)
            at = self.parents.get(at)
        return tuple(reversed(found))


NOWHERE = Territory()


def territory(document: SiteDocument | None, leaves: Iterable[Leave]) -> Territory:
    """The site's side out of the site in force and the approved leaves."""
    if document is None:
        return NOWHERE
    leaf = set(leaf_codes(document))
    roots = [grid.code for grid in document.grids if grid.parent is None]
    seats: defaultdict[str, list[Seat]] = defaultdict(list)
    for held in document.holdings:
        seats[held.warden].append(Seat(held.grid, "warden" if held.grid in leaf else "chief"))
        if held.stand_in is not None:
            post: Role = "stand_in" if held.grid in leaf else "chief"
            seats[held.stand_in].append(Seat(held.grid, post, held.warden))
    away: defaultdict[str, list[Leave]] = defaultdict(list)
    for leave in leaves:
        away[leave.person].append(leave)
    return Territory(
        parents={grid.code: grid.parent for grid in document.grids},
        work={one.id: (one.role, one.grid) for one in document.people if not one.minor},
        seats=dict(seats),
        leaves=dict(away),
        root=roots[0] if len(roots) == 1 else None,
    )


def resolve(who: SignedIn, site: Territory, templates: Templates, now: Micros) -> Actor:
    """Who acts, with all rights that hold now.

    An account whose person has left the site has none, granted roles or not.
    """
    roles = tuple(_roles(who, site, now))
    scopes = _scopes(roles, site, templates)
    if who.person in site.work:
        own = OWN_BUSINESS + (OWN_CASES if who.owes else ())
        for right in own:
            scopes.setdefault(right, frozenset())
    return Actor(
        account=who.account,
        name=who.name,
        person=who.person or f"account:{who.name}",
        scopes=limited(MappingProxyType(scopes), who.rights),
        roles=roles,
        session=who.session,
        token=who.token,
    )


def scopes_of(
    role: RoleName, grid: str | None, site: Territory, templates: Templates
) -> Mapping[Right, Reach]:
    """What a role granted for a grid (None: the whole site) would carry."""
    return _scopes([HeldRole(role=role, grid=grid, why="granted")], site, templates)


def _roles(who: SignedIn, site: Territory, now: Micros) -> Iterator[HeldRole]:
    person = who.person
    if person is not None:
        if person not in site.work:
            return
        role, grid = site.work[person]
        seats = site.seats.get(person, ())
        yield from _posts(seats, site, now)
        if role not in POSTS:
            held = {seat.grid for seat in seats if seat.instead_of is None}
            places: set[str | None] = {grid} if grid is not None else set(held)
            if not places and role in WHOLE_SITE:
                places.add(None)
            for place in sorted(places, key=str):
                yield HeldRole(role=role, grid=place, why="work")
    for grant in who.grants:
        if grant.holds(now):
            yield HeldRole(role=grant.role, grid=grant.grid, why="granted", until=grant.ends)


def _posts(seats: Iterable[Seat], site: Territory, now: Micros) -> Iterator[HeldRole]:
    for seat in seats:
        if seat.instead_of is None:
            yield HeldRole(role=seat.role, grid=seat.grid, why="post")
            continue
        ends = [leave.ends for leave in site.leaves.get(seat.instead_of, ()) if leave.covers(now)]
        if ends:
            yield HeldRole(role=seat.role, grid=seat.grid, why="stand_in", until=max(ends))


def _scopes(roles: Iterable[HeldRole], site: Territory, templates: Templates) -> dict[Right, Reach]:
    found: dict[Right, Reach] = {}
    for held in roles:
        reach = _reach(held.grid, site)
        for right in templates[held.role]:
            found[right] = joined(found.get(right, frozenset()), reach)
    return found


def _reach(grid: str | None, site: Territory) -> Reach:
    if grid is None or grid == site.root:
        return EVERYWHERE
    return frozenset((grid,))
