"""Sight: who sees a case: those with the right over its grid, and those whom it waits for."""

from __future__ import annotations

from typing import Any

import msgspec
from psycopg import AsyncConnection

from hub.cases.store import StoredCase, find
from hub.problems import ProblemError
from hub.rights.domain import EVERYWHERE, Actor, Right, may
from hub.rights.guard import not_allowed


class Sight(msgspec.Struct, frozen=True, kw_only=True):
    """Whose cases a query brings, as hub.is_seen asks it: those in `reach` and of `reader`.

    `reach` None: all.
    """

    reach: list[str] | None = None
    reader: str = ""


ALL = Sight()


def sight_of(actor: Actor) -> Sight:
    """Which cases somebody may read."""
    reach = actor.reach("cases.read")
    return Sight(reach=None if reach is EVERYWHERE else sorted(reach), reader=actor.person)


def people_of(case: StoredCase) -> frozenset[str]:
    """Who must act on a case or help with it, wherever their own grids lie."""
    state = case.state
    named = {state.owner, state.warden, *state.assist}
    return frozenset(one for one in named if one is not None)


def sees(actor: Actor, case: StoredCase, right: Right = "cases.read") -> bool:
    """Whether somebody may read a case, or has another right over it."""
    if may(actor, right, case.grid_path):
        return True
    return right in actor.scopes and actor.person in people_of(case)


async def find_seen(
    conn: AsyncConnection[Any], case: int, actor: Actor, right: Right = "cases.read"
) -> StoredCase:
    """The case with that id, for who may read it and has the right over it.

    Raises:
        ProblemError: a 404, if there is none for them; a 403, if they may only read it.
    """
    found = await find(conn, case)
    if found is None or not (sees(actor, found) or sees(actor, found, right)):
        raise no_such_case(case)
    if not sees(actor, found, right):
        raise not_allowed((right,))
    return found


def no_such_case(case: int) -> ProblemError:
    """The 404 of a case that is not there, or not for who asks."""
    return ProblemError(
        404, "no-such-case", "There is no such case", f"No case has id {case}; see GET /api/cases."
    )
