"""Sight: who sees a case: those with the right over its grid, and those whom it waits for. Pure."""

from __future__ import annotations

from hub.cases.store import StoredCase
from hub.rights.domain import Actor, may


def people_of(case: StoredCase) -> frozenset[str]:
    """Who must act on a case or help with it, wherever their own grids lie."""
    state = case.state
    named = {state.owner, state.warden, *state.assist}
    return frozenset(one for one in named if one is not None)


def sees(actor: Actor, case: StoredCase) -> bool:
    """Whether somebody may read a case."""
    if may(actor, "cases.read", case.grid_path):
        return True
    return "cases.read" in actor.scopes and actor.person in people_of(case)
