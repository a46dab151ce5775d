"""Sequence: batches of an agent that never came, and what has become of them. Pure.

An agent counts its batches from 1 within an epoch, one life of its spool. What is missing below
the newest batch that has come waits in the spool, was evicted from it, or went with it.
"""

from __future__ import annotations

from typing import NamedTuple

import msgspec


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
    """What an agent last reported of its spool; `evicted` counts items."""

    epoch: int
    batches: int
    evicted: int


class Fate(msgspec.Struct, frozen=True):
    """Where the missing batches of one epoch are. They add up to all that is missing.

    `waiting` may still be in the spool and then come by themselves; `evicted` were pushed out by
    the spool's bounds; `lost` went without a count, with a spool that was damaged or replaced.
    """

    waiting: int
    evicted: int
    lost: int


def fate(record: Record, spooling: Spooling) -> Fate:
    """What has become of an epoch's missing batches.

    An agent doesn't tell which batches its spool still holds, only how many: as many of the
    missing may wait, the rest cannot.
    """
    if record.epoch != spooling.epoch:
        return Fate(0, 0, record.missing)
    waiting = min(record.missing, spooling.batches)
    gone = record.missing - waiting
    return Fate(waiting, gone, 0) if spooling.evicted else Fate(waiting, 0, gone)
