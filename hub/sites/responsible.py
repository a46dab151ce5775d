"""Responsible persons: first, main (direct) and specific, per grid."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import msgspec

from hub.sites.domain import Holding


class Responsible(msgspec.Struct, frozen=True):
    """The three tiers of one grid; None: nobody."""

    first: str | None = None
    main: str | None = None
    specific: str | None = None


def responsible(path: Sequence[str], holdings: Mapping[str, Holding]) -> Responsible:
    """Who is responsible for the last grid of a path from the root down.

    Those whom its holding names. Else, which is ours: the warden as the specific one, the holder
    of the next higher grid as the main one, the root's holder as the first.
    """
    held = [holdings.get(code) for code in path]
    own = held[-1]
    main = next((h.warden for h in reversed(held[:-1]) if h is not None), None)
    first = held[0].warden if held[0] is not None else None
    if own is None:
        return Responsible(first, main, None)
    return Responsible(
        own.first or first, own.main or main or own.warden, own.specific or own.warden
    )
