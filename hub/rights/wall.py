"""Wall: the role and the grids under which PostgreSQL answers a request, behind our own checks.

The role `gridwarden_desk` reaches no table of the accounts, and of the tables with a grid only the
rows in `gridwarden.scope`: whatever a query forgot to ask, it brings nothing of outside.
"""

from __future__ import annotations

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from typing import Any, Final

from psycopg import AsyncConnection, Error

from hub.rights.domain import EVERYWHERE, Actor
from ingest.sql import load_queries

READING: Final = frozenset(("GET", "HEAD", "OPTIONS"))
ALL: Final = "*"

_QUERIES = load_queries("hub.rights")


def scope_of(method: str, actor: Actor | None) -> str:
    """What `gridwarden.scope` is set to: grids with commas between, `*`, or nothing.

    A request that writes reaches everything: what follows from it lies beyond the grids of who
    writes. Nobody, who may only report, reads nothing.
    """
    if method not in READING:
        return ALL
    if actor is None:
        return ""
    reach = actor.whole_reach
    return ALL if reach is EVERYWHERE else ",".join(sorted(reach))


@asynccontextmanager
async def walled(
    conn: AsyncConnection[Any], method: str, actor: Actor | None, *, public: bool = False
) -> AsyncGenerator[None]:
    """Within it, a connection is that of the role and reads what who acts may see.

    What is `public` is told to all alike, and the route itself says what that is.

    A connection that cannot be led out again is closed, so that nobody else gets it.
    """
    values = {
        "scope": ALL if public else scope_of(method, actor),
        "person": "" if actor is None else actor.person,
    }
    await conn.execute(_QUERIES["enter"], values)
    try:
        yield
    finally:
        try:
            await conn.execute(_QUERIES["leave"])
        except Error:
            await conn.close()
