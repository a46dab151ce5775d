"""Reassign: the open cases of those who have given a post up go to whoever answers now."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from psycopg import AsyncConnection

from edge.wire import Micros
from hub.cases import store
from hub.cases.news import hand_over
from hub.roster.domain import Reason, answerable
from hub.roster.store import chain, leaves_at


async def reassign(
    conn: AsyncConnection[Any],
    given_up: Collection[tuple[str, str]],
    left: str | None,
    *,
    reason: Reason,
    note: str,
    now: Micros,
) -> int:
    """Hand over the open cases within each grid that its person gave up; returns how many.

    Of the one who has `left` all of them, wherever they lie. For the transaction in which the new
    holders take effect. Where nobody is left to answer, a case stays where it is.
    """
    people: set[str] = {person for person, _ in given_up}
    if left is not None:
        people.add(left)
    if not people:
        return 0
    await store.lock_log(conn)
    leaves = await leaves_at(conn, now)
    moved = 0
    for case in await store.find_owned(conn, sorted(people)):
        owner = case.state.owner
        if owner != left and not any((owner, code) in given_up for code in case.grid_path):
            continue
        posts = (await chain(conn, case.grid_path)).posts
        answer = answerable(posts, now, leaves, {owner} if owner is not None else ())
        if answer is not None and answer.person != owner:
            events = hand_over(case.state, answer, reason=reason, note=note, now=now)
            await store.append(conn, case, events)
            moved += 1
    return moved
