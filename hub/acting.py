"""Acting: who sends a request, as the header says until there are accounts."""

from __future__ import annotations

from collections.abc import Collection
from typing import Annotated

from fastapi import Header

from hub.problems import ProblemError
from hub.sites.domain import Role
from hub.sites.roles import TITLES
from hub.sites.store import read_role
from hub.wiring import Connection, Parts

Person = Annotated[
    str,
    Header(alias="X-Gridwarden-Person", description="Who acts, by id", examples=["p-wang-01"]),
]


async def is_known(parts: Parts, conn: Connection, person: str) -> bool:
    """Whether somebody of that id belongs to the site."""
    if parts.directory.knows(person):
        return True
    await parts.directory.refresh(conn)  # the site may have changed a moment ago
    return parts.directory.knows(person)


async def refuse_unknown(parts: Parts, conn: Connection, person: str) -> None:
    """Check that the one who acts belongs to the site.

    Raises:
        ProblemError: a 400, if not.
    """
    if not await is_known(parts, conn, person):
        raise ProblemError(
            400,
            "unknown-person",
            "Nobody of that id belongs to the site",
            f"X-Gridwarden-Person is `{person}`; choose one of `people` in GET /api/site.",
        )


async def refuse_other_roles(conn: Connection, person: str, roles: Collection[Role]) -> None:
    """Check that the one who acts has one of some roles.

    Raises:
        ProblemError: a 403, if not.
    """
    if await read_role(conn, person) not in roles:
        allowed = ", ".join(TITLES[role].en.lower() for role in sorted(roles))
        raise ProblemError(
            403,
            "not-your-role",
            "Your role does not allow that",
            f"It is for: {allowed}. Roles stand in the site's file.",
        )
