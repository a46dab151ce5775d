"""Waits: how long who fails to sign in must wait, growing with every failure. Pure.

Counted are failures of a name from an address, of an address whatever the name, and of a name
wherever from; the first is the strictest, so that nobody locks another out from afar.
"""

from __future__ import annotations

from hashlib import sha256
from typing import Literal

import msgspec

from edge.wire import Micros
from hub.accounts.domain import DAY, SECOND

Kind = Literal["name and address", "address", "name"]
FREE: dict[Kind, int] = {
    "name and address": 5,  # the issue: "after 5 failures"
    "address": 30,  # ours: a whole office may come from one address
    "name": 50,  # ours: many addresses at one name
}
FIRST_WAIT: Micros = 30 * SECOND  # ours
LONGEST_WAIT: Micros = 3600 * SECOND  # ours
FORGOTTEN: Micros = DAY  # ours: failures so long ago count no more


class Failures(msgspec.Struct, frozen=True, kw_only=True):
    """Failed sign-ins of one subject: how many, when the last, and until when to wait."""

    count: int = 0
    last: Micros = 0
    until: Micros | None = None


NONE = Failures()


def subjects(name: str, address: str) -> dict[Kind, str]:
    """Under what a failure is counted: hashes, as people type passwords for names."""
    texts: dict[Kind, str] = {
        "name and address": f"{name}\n{address}",
        "address": f"\n{address}",
        "name": f"{name}\n",
    }
    return {kind: _hashed(kind, text) for kind, text in texts.items()}


def _hashed(kind: Kind, text: str) -> str:
    return sha256(f"{kind}\n{text}".encode()).hexdigest()


def wait_left(failures: Failures, now: Micros) -> Micros:
    """How long to wait still."""
    return 0 if failures.until is None else max(0, failures.until - now)


def after_attempt(failures: Failures, kind: Kind, now: Micros) -> Failures:
    """With one attempt more, which counts as failed until it has succeeded."""
    count = 1 if now - failures.last >= FORGOTTEN else failures.count + 1
    over = count - FREE[kind]
    wait = 0 if over < 0 else min(FIRST_WAIT << min(over, 20), LONGEST_WAIT)
    return Failures(count=count, last=now, until=now + wait if wait else None)
