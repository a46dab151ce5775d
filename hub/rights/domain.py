"""Rights: what there is to be allowed, how far it reaches, and the one decision about it. Pure.

Every right reaches over grids with all below them; whoever reaches the root reaches everything.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import Enum
from types import MappingProxyType
from typing import Final, Literal, TypeAlias, get_args

import msgspec

from edge.wire import Micros
from hub.sites.domain import Role

Right = Literal[
    "site.read",  # grids, buildings, roads, places and who holds what
    "grids.propose",
    "grids.decide",
    "command.direct",  # switch direct command on and off
    "cases.read",
    "cases.act",
    "cases.screen",
    "cases.assign",
    "cases.recheck",
    "cases.close",
    "cases.supervise",
    "reports.write",
    "reporters.read",  # who reported, where that is kept apart
    "devices.read",
    "cameras.look",  # live pictures
    "registers.read",
    "registers.write",
    "registers.import",
    "equipment.consent",  # agree that fire equipment is moved
    "staff.read",
    "staff.write",
    "leaves.read",
    "leaves.write",
    "leaves.decide",
    "shutoffs.write",
    "tracing.ask",
    "tracing.approve",
    "tracing.read",
    "queries.police",
    "queries.health",
    "audit.read",
    "accounts.manage",
    "exports.read",
    "assess.read",
    "complaints.read",
    "violations.read",
    "violations.write",
    "agents.command",
    "system.read",  # what could not be stored, and how the system itself is
]
RIGHTS: tuple[Right, ...] = get_args(Right)

AddedRole = Literal[
    "administrator",
    "upper_auditor",
    "internal_auditor",
    "social_auditor",
    "outside_auditor",
    "police_query",
    "health_query",
    "payer",
]
RoleName: TypeAlias = Role | AddedRole
ROLES: tuple[RoleName, ...] = (*get_args(Role), *get_args(AddedRole))


class Everywhere(Enum):
    """The reach of whoever may do something in the whole site."""

    EVERYWHERE = "*"


EVERYWHERE: Final = Everywhere.EVERYWHERE
Reach: TypeAlias = frozenset[str] | Literal[Everywhere.EVERYWHERE]
Path: TypeAlias = Sequence[str]
SITE_WIDE: Final[Path] = ()
"""The path of what lies in no grid: only who reaches everywhere may do anything with it."""


class RoleRights(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What a role may do, by the names of rights; a plan's takes the place of the template's."""

    rights: list[str]


class HeldRole(msgspec.Struct, frozen=True, kw_only=True):
    """A role that somebody has now: where (None: the whole site), why, and until when.

    `why` is `post` of a holder, `stand_in` of one whose holder is on leave, `work` of somebody who
    works there without a post, `granted` of a role that was given to the account.
    """

    role: RoleName
    grid: str | None
    why: Literal["post", "stand_in", "work", "granted"]
    until: Micros | None = None


@dataclass(frozen=True, slots=True)
class Actor:
    """Who acts, and how far each of their rights reaches; a right that is missing is not theirs.

    `person` is the id of a person of the site, or `account:NAME` where the account is tied to
    none. `session` is the number of the page's session, `token` that of a program's token.
    """

    account: int
    name: str
    person: str
    scopes: Mapping[Right, Reach]
    roles: tuple[HeldRole, ...] = ()
    session: int | None = None
    token: int | None = None

    def reach(self, right: Right) -> Reach:
        """How far a right reaches; the empty set is nowhere."""
        return self.scopes.get(right, frozenset())

    @property
    def whole_reach(self) -> Reach:
        """The grids that any of the rights reaches."""
        found: set[str] = set()
        for reach in self.scopes.values():
            if reach is EVERYWHERE:
                return EVERYWHERE
            found |= reach
        return frozenset(found)


def may(actor: Actor, right: Right, path: Path) -> bool:
    """Whether somebody may do something with an object.

    `path` are the codes from the root to the grid that the object lies in, or `SITE_WIDE`.
    """
    return inside(actor.reach(right), path)


def inside(reach: Reach, path: Path) -> bool:
    """Whether a reach covers what lies in a grid, given by the codes from the root to it."""
    return reach is EVERYWHERE or any(code in reach for code in path)


def has_somewhere(actor: Actor, rights: Sequence[Right]) -> bool:
    """Whether somebody has one of some rights at all."""
    return any(right in actor.scopes for right in rights)


def limited(scopes: Mapping[Right, Reach], only: Sequence[str] | None) -> Mapping[Right, Reach]:
    """The rights of which a token holds only some; None: it holds all."""
    if only is None:
        return scopes
    return MappingProxyType({right: reach for right, reach in scopes.items() if right in only})


def joined(one: Reach, other: Reach) -> Reach:
    """The reach over what either reaches."""
    if one is EVERYWHERE or other is EVERYWHERE:
        return EVERYWHERE
    return one | other


def covers(
    wider: Mapping[Right, Reach],
    narrower: Mapping[Right, Reach],
    parents: Mapping[str, str | None],
) -> list[Right]:
    """The rights of the narrower that reach beyond the wider, in order; none: it is covered."""
    return sorted(
        right
        for right, reach in narrower.items()
        if not _inside(reach, wider.get(right, frozenset()), parents)
    )


def _inside(reach: Reach, wider: Reach, parents: Mapping[str, str | None]) -> bool:
    if wider is EVERYWHERE:
        return True
    if reach is EVERYWHERE:
        return False
    return all(any(above in wider for above in _line(code, parents)) for code in reach)


def _line(code: str, parents: Mapping[str, str | None]) -> list[str]:
    """A grid and all above it."""
    found: list[str] = []
    at: str | None = code
    while at is not None and at not in found:
        found.append(at)
        at = parents.get(at)
    return found


def as_right(name: str) -> Right | None:
    """The right of that name, if there is one."""
    return name if name in RIGHTS else None
