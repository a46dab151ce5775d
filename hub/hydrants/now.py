"""Now: the register with what cases, shut-offs and the division of the site make of it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import msgspec
from psycopg import AsyncConnection

from edge.wire import Micros
from hub.cases.query import of_subjects
from hub.cases.store import StoredCase
from hub.hydrants.domain import Hydrant, State, Trouble, state_of
from hub.plans.domain import Plan
from hub.rights.domain import EVERYWHERE, SITE_WIDE, Actor, Right, may
from hub.shutoffs.store import newest
from hub.sites.coverage import Thing, locate_among, paths_among
from hub.sites.domain import grid_path
from hub.sites.store import read_grids

MOST_SHUT_OFFS = 1000  # that last at one time; ours


class Standing(msgspec.Struct, frozen=True, kw_only=True):
    """A hydrant as it stands: its state, its leaf grid with the codes above, its open cases."""

    hydrant: Hydrant
    state: State
    grid: str | None
    grid_path: tuple[str, ...] = ()
    cases: tuple[StoredCase, ...] = ()


async def seen_hydrants(
    conn: AsyncConnection[Any], hydrants: Sequence[Hydrant], actor: Actor, right: Right
) -> list[Hydrant]:
    """The hydrants that somebody has a right for, in their order."""
    if actor.reach(right) is EVERYWHERE:
        return list(hydrants)
    paths = paths_among(await read_grids(conn), things_of(hydrants))
    return [one for one in hydrants if may(actor, right, paths.get(one.id, SITE_WIDE))]


def things_of(hydrants: Iterable[Hydrant]) -> list[Thing]:
    """Hydrants as things that lie in a grid."""
    return [Thing("place", one.id, one.at) for one in hydrants]


async def standing(
    conn: AsyncConnection[Any], hydrants: Sequence[Hydrant], plan: Plan, now: Micros
) -> list[Standing]:
    """How some hydrants stand, in their order."""
    states = hydrant_states(plan)
    subjects = [subject for one in hydrants for subject in one.subjects]
    found: defaultdict[str, list[StoredCase]] = defaultdict(list)
    for case in await of_subjects(conn, subjects, list(states)):
        found[case.state.device].append(case)
    shut = {
        device
        for shut_off in await newest(conn, now, limit=MOST_SHUT_OFFS)
        if shut_off.lasts(now)
        for device in shut_off.hydrants
    }
    grids = await read_grids(conn)
    parents = {grid.code: grid.parent for grid in grids}
    where = locate_among(grids, things_of(hydrants))
    listed: list[Standing] = []
    for one in hydrants:
        cases = [case for subject in one.subjects for case in found[subject]]
        code = where.get(one.id)
        listed.append(
            Standing(
                hydrant=one,
                state=state_of(one, list(_troubles(cases, states)), shut_off=one.device in shut),
                grid=code,
                grid_path=() if code is None else grid_path(parents, code),
                cases=tuple(case for case in cases if case.state.open),
            )
        )
    return listed


def hydrant_states(plan: Plan) -> dict[str, State]:
    """Which kinds of cases put a hydrant into which state."""
    return {
        kind: state
        for category in plan.categories.values()
        for kind, state in category.hydrant_states.items()
    }


def _troubles(cases: Iterable[StoredCase], states: Mapping[str, State]) -> Iterable[Trouble]:
    for case in cases:
        state = case.state
        closed = None if state.open else state.updated
        yield Trouble(state=states[state.kind], opened=state.opened, closed=closed)
