"""Rules of the watch list that a plan sets. The table `[watch_list]` of a plan file."""

from __future__ import annotations

from typing import Annotated

import msgspec


class WatchRules(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A place with `cases` confirmed cases within `days` is on the list.

    While it is, it is patrolled `patrol_factor` times as often.
    """

    cases: Annotated[int, msgspec.Meta(ge=1)] = 3  # se.watch_list.entry, ours
    days: Annotated[float, msgspec.Meta(gt=0)] = 90.0  # se.watch_list.entry, ours
    patrol_factor: Annotated[float, msgspec.Meta(ge=1)] = 2.0  # ours, as pa.mode.factor
    source: dict[str, str] = {}


DEFAULT_WATCH_RULES = WatchRules()
