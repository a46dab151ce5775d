"""Acting: who sends a request, as the header says until there are accounts."""

from __future__ import annotations

from typing import Annotated

from fastapi import Header

from hub.problems import ProblemError
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
