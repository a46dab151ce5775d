"""Registers: lists that people keep, and whether what is in them still holds.

Times are int64 microseconds UTC.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Annotated, Any, Literal

import msgspec

from edge.wire import Identifier, Micros
from hub.registers.part import Part
from hub.sites.domain import Name

STALE_DAYS = 90.0  # requirement SE-17, ours: registers

How = Literal["load", "proposal", "person", "entries"]


class RegisterRules(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What a plan asks of the registers: the table `[registers]` of a plan file."""

    stale_days: Annotated[float, msgspec.Meta(gt=0)] = STALE_DAYS
    source: dict[str, str] = {}


NO_REGISTER_RULES = RegisterRules()


class Tally(msgspec.Struct, frozen=True):
    """What a register holds now.

    `oldest` is for a register whose entries are confirmed one by one: when the one confirmed
    longest ago was; None if they are not, or if one never was.
    """

    entries: int
    oldest: Micros | None = None


class Register(msgspec.Struct, frozen=True):
    """A list that people keep; `tally` asks its own capability's tables.

    It counts what lies in a `Part` of the site, or everything without one.
    """

    id: Identifier
    title: Name
    tally: Callable[[Any, Part | None], Awaitable[Tally]]  # of an AsyncConnection


class Confirmation(msgspec.Struct, frozen=True):
    """Somebody said, or a load of the site file implied, that all of a register holds."""

    register: Identifier
    at: Micros
    by: str | None
    how: How
    note: str = ""


class Standing(msgspec.Struct, frozen=True, kw_only=True):
    """How a register stands at a time; `confirmed` is None if nobody ever confirmed it."""

    register: Register
    entries: int
    confirmed: Micros | None
    by: str | None
    how: How | None
    age: Micros | None
    stale: bool


def standing(
    register: Register,
    tally: Tally,
    last: Confirmation | None,
    now: Micros,
    rules: RegisterRules = NO_REGISTER_RULES,
) -> Standing:
    """How old a register's data is: since it was confirmed as a whole, or its oldest entry was.

    The later of the two counts: whoever confirms the whole confirms each entry. A register without
    entries has nothing that could be stale; one that was never confirmed is.
    """
    confirmed, by, how = (None, None, None) if last is None else (last.at, last.by, last.how)
    if tally.oldest is not None and (confirmed is None or tally.oldest > confirmed):
        confirmed, by, how = tally.oldest, None, "entries"
    age = None if confirmed is None else max(0, now - confirmed)
    limit = rules.stale_days * 86_400_000_000
    return Standing(
        register=register,
        entries=tally.entries,
        confirmed=confirmed,
        by=by,
        how=how,
        age=age,
        stale=tally.entries > 0 and (age is None or age > limit),
    )
