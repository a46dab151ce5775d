"""Roster: who answers for a grid at a time: its A post, the stand-in B, else the next higher grid.

Times are int64 microseconds UTC.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Literal

import msgspec

from edge.wire import Micros
from hub.sites.domain import Holding

LeaveState = Literal["filed", "approved", "refused", "withdrawn"]
Decision = Literal["approve", "refuse", "withdraw"]
Letter = Literal["A", "B"]
DepartureKind = Literal["transferred", "replaced", "dismissed"]
Reason = Literal[
    "on_leave", "unacknowledged", "not_live", "vacant", "transferred", "replaced", "dismissed"
]


class Post(msgspec.Struct, frozen=True, kw_only=True):
    """The A/B post of one grid; a grid that is not live answers for nothing."""

    grid: str
    warden: str | None
    stand_in: str | None
    live: bool = True


class Leave(msgspec.Struct, frozen=True, kw_only=True):
    """Approved absence from `starts` until just before `ends`."""

    person: str
    starts: Micros
    ends: Micros

    def covers(self, at: Micros) -> bool:
        """Whether the person is away then."""
        return self.starts <= at < self.ends


class Answer(msgspec.Struct, frozen=True):
    """Who answers, on which post of which grid; `reason`: why it is not the warden."""

    person: str
    grid: str
    post: Letter
    reason: Reason | None = None


def answerable(
    posts: Sequence[Post],
    at: Micros,
    leaves: Iterable[Leave],
    unacknowledged: Collection[str] = (),
) -> Answer | None:
    """Who answers at `at`, by the posts from the leaf grid up to the root.

    The warden; the stand-in, if the warden is on leave or among those who left the case
    `unacknowledged` in time; where neither can, the next higher grid's, which is ours. None:
    nobody is left.
    """
    away = {leave.person for leave in leaves if leave.covers(at)}
    reason: Reason | None = None
    for post in posts:
        if not post.live:
            reason = reason or "not_live"
            continue
        line: tuple[tuple[str | None, Letter], ...] = ((post.warden, "A"), (post.stand_in, "B"))
        for person, letter in line:
            if person is None:
                reason = reason or ("vacant" if letter == "A" else None)
            elif person in away:
                reason = reason or "on_leave"
            elif person in unacknowledged:
                reason = reason or "unacknowledged"
            else:
                return Answer(person, post.grid, letter, reason)
    return None


def outranks(
    person: str,
    grids: Collection[str],
    parents: Mapping[str, str | None],
    holdings: Mapping[str, Holding],
) -> bool:
    """Whether a person holds, on either post, a higher grid than each of `grids`.

    Nobody is above the root: its own holders decide on it, and on what concerns no grid.
    """
    mine = {
        code for code, holding in holdings.items() if person in (holding.warden, holding.stand_in)
    }
    roots = {code for code, parent in parents.items() if parent is None}
    return all(mine & (_above(code, parents) or roots) for code in grids or roots)


def _above(code: str, parents: Mapping[str, str | None]) -> set[str]:
    found: set[str] = set()
    at = parents.get(code)
    while at is not None and at not in found:
        found.add(at)
        at = parents.get(at)
    return found
