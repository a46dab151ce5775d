"""Sequence: batches of an agent that never came, and what has become of them. Pure.

An agent counts its batches from 1 within an epoch, one opening of its spool. What is missing below
the newest batch that has come waits in the spool, was evicted from it, or went with it.
"""

from __future__ import annotations

from typing import NamedTuple

import msgspec

from edge.wire import AgentState, Held


class Stretch(NamedTuple):
    """Missing batches, both ends included."""

    first: int
    last: int


class Record(msgspec.Struct, frozen=True):
    """What of one epoch has come between `first` and `last`.

    `missing` counts batches, `stretches` the runs of them, of which `newest` holds the last few.
    """

    epoch: int
    first: int
    last: int
    missing: int
    stretches: int
    newest: list[Stretch]


class Spooling(msgspec.Struct, frozen=True):
    """What an agent last reported of its spool: by epoch, and how many batches wait in all."""

    held: dict[int, Held]
    batches: int

    @property
    def untold(self) -> int:
        """How many wait of epochs that the report has no room to name."""
        return max(0, self.batches - sum(held.waiting for held in self.held.values()))


class Fate(msgspec.Struct, frozen=True):
    """Where the missing batches of one epoch are. They add up to all that is missing.

    `waiting` may still be in the spool and then come by themselves; `evicted` were pushed out by
    the spool's bounds; `lost` went without a count, with a spool that was damaged or replaced.
    """

    waiting: int
    evicted: int
    lost: int


def spooling_of(state: AgentState) -> Spooling:
    """What a report says of the spool.

    Agents of before 2026-11-25 name one epoch, and of the evicted the items, never fewer than the
    batches.
    """
    told = state.held or [Held(state.epoch, state.spooled_batches, state.evicted)]
    return Spooling({held.epoch: held for held in told}, state.spooled_batches)


def fate(record: Record, spooling: Spooling) -> Fate:
    """What has become of an epoch's missing batches.

    An agent doesn't tell which batches its spool still holds, only how many: as many of the
    missing may wait, the rest cannot.
    """
    held = spooling.held.get(record.epoch) or Held(record.epoch, spooling.untold)
    waiting = min(record.missing, held.waiting)
    evicted = min(record.missing - waiting, held.evicted)
    return Fate(waiting, evicted, record.missing - waiting - evicted)
