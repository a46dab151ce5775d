"""Scene: what an action is judged by, looked up in the transaction in which it is taken."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from psycopg import AsyncConnection

from edge.wire import Micros
from hub.admission.store import refusal
from hub.cases import store
from hub.cases.deed import Above, Doer, Order, Scene
from hub.cases.facts import seconds_on
from hub.cases.sight import sees
from hub.cases.store import StoredCase
from hub.cases.terms import limits_of
from hub.plans.domain import Plan
from hub.rights.domain import RIGHTS, Actor, may
from hub.rights.resolve import Territory
from hub.roster.domain import Post, answerable
from hub.roster.store import chain, is_direct, leaves_at
from hub.sites.alarm_list import Told, alarm_list
from hub.sites.domain import Role
from hub.sites.store import read_site


def doer_of(actor: Actor, case: StoredCase, site: Territory) -> Doer:
    """Who acts, with the role that the site gives, and with the rights over the case's grid.

    Who has the case may act on it wherever it lies; who was told so that they help may read it.
    """
    rights: set[str] = {right for right in RIGHTS if may(actor, right, case.grid_path)}
    if case.state.owner == actor.person:
        rights |= {"cases.read", "cases.act"} & set(actor.scopes)
    if sees(actor, case):
        rights.add("cases.read")
    return Doer(person=actor.person, role=role_in(site, actor.person), rights=frozenset(rights))


def role_in(site: Territory, person: str) -> Role | None:
    """The role that the site gives to somebody; None: not of the site."""
    known = site.work.get(person)
    return None if known is None else known[0]


async def scene_of(
    conn: AsyncConnection[Any],
    case: StoredCase,
    order: Order,
    by: Doer,
    plan: Plan,
    now: Micros,
    site: Territory,
    into: StoredCase | None = None,
) -> Scene:
    """The scene of an action; only what that action may ask is looked up."""
    refused = None
    if order.action == "dispatch":
        person = order.to or case.state.owner or case.state.warden or ""
        refused = await refusal(conn, plan, case.state.kind, role_in(site, person))
    urgent = order.path == "emergency" or order.grade == "emergency"
    return Scene(
        by=by,
        now=now,
        rules=plan.cases,
        limit=limits_of(plan, case.grid_path, case.state.kind),
        calendar=plan.calendar.at(plan.time_zone, case.grid_path),
        above=await _above(conn, case, plan, now) if order.action == "escalate" else None,
        told=await _told(conn, case.grid) if urgent else (),
        not_admitted=refused,
        into=into.number if into is not None and into.state.open else None,
    )


async def find_into(
    conn: AsyncConnection[Any], case: StoredCase, order: Order, actor: Actor
) -> StoredCase | None:
    """The other case that one is to be merged into, if there is such a case for who acts."""
    if order.action != "merge" or order.into is None or order.into == case.id:
        return None
    found = await store.find(conn, order.into)
    return found if found is not None and sees(actor, found, "cases.act") else None


async def _above(
    conn: AsyncConnection[Any], case: StoredCase, plan: Plan, now: Micros
) -> Above | None:
    """Who answers above the grid whose post the owner holds; of nobody's the leaf grid's."""
    posts = (await chain(conn, case.grid_path)).posts
    level = _level_of(case.state.owner, posts)
    answer = answerable(posts[level + 1 :], now, await leaves_at(conn, now))
    if answer is None:
        return None
    wait_s = plan.grids.acknowledge_s(case.state.grade)
    start = posts[level].grid if posts else case.grid
    return Above(answer.person, start, answer.grid, seconds_on(wait_s, now))


def _level_of(owner: str | None, posts: Sequence[Post]) -> int:
    held = [
        level
        for level, post in enumerate(posts)
        if owner is not None and owner in (post.warden, post.stand_in)
    ]
    return max(held, default=0)


async def _told(conn: AsyncConnection[Any], grid: str) -> tuple[Told, ...]:
    site = await read_site(conn)
    return () if site is None else alarm_list(site, grid, direct=await is_direct(conn))
