"""Acting: the id of who acts, as routes and the log write it down."""

from __future__ import annotations

from typing import Annotated

from fastapi import Depends

from hub.problems import ProblemError
from hub.rights.domain import Actor
from hub.rights.guard import Acting
from hub.rights.people import is_near
from hub.wiring import Connection, Parts


async def _person(actor: Acting) -> str:
    return actor.person


Person = Annotated[str, Depends(_person)]
"""The id of a person of the site, or `account:NAME` of an account that is tied to none."""


async def is_known(parts: Parts, conn: Connection, person: str) -> bool:
    """Whether somebody of that id belongs to the site."""
    if parts.directory.knows(person):
        return True
    await parts.directory.refresh_if_old(conn)  # the site may have changed a moment ago
    return parts.directory.knows(person)


async def may_name(parts: Parts, conn: Connection, actor: Actor, person: str) -> bool:
    """Whether somebody of that id belongs to the part of the site that who acts may know."""
    if not await is_known(parts, conn, person):
        return False
    return is_near(actor, person, parts.directory.territory)


async def refuse_unknown(parts: Parts, conn: Connection, person: str) -> None:
    """Check that the one who acts belongs to the site: what is done in it is signed by a person.

    Raises:
        ProblemError: a 403, if not.
    """
    if not await is_known(parts, conn, person):
        raise ProblemError(
            403,
            "no-person",
            "Your account is tied to nobody of the site",
            f"You act as `{person}`, who is not in the site's file; only its people do this.",
        )
