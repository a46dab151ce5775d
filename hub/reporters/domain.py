"""Who hides behind a number. Pure."""

from __future__ import annotations

from hashlib import sha256

import msgspec

from edge.wire import Micros

PREFIX = "reporter:"
OUTSIDERS = "account:"  # what acts for an account that is tied to no person of the site


class Reporter(msgspec.Struct, frozen=True, kw_only=True):
    """Somebody who reported; `person` is who had signed in, if anybody."""

    at: Micros
    person: str | None = None
    name: str = ""
    contact: str = ""


def reporter_name(number: int) -> str:
    """What everybody but the payer knows of a reporter."""
    return f"{PREFIX}{number}"


def is_hidden(person: str | None, *, asked: bool, told: bool) -> bool:
    """Whether a reporter stays unknown: who asks for it, and who is no member of staff.

    `told`: a name or contact is given. A passer-by who gives none has nothing to hide.
    """
    if person is None:
        return told
    return asked or person.startswith(OUTSIDERS)


def unlinked(person: str, key: str | None) -> str:
    """Under whose name the reply to a hidden report is kept: the same for the same request only."""
    found = sha256(b"\0".join([person.encode(), (key or "").encode()]))
    return PREFIX + found.hexdigest()[:32]
