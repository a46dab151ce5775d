"""Ranges: runs of batches that have come one after another, each as one value. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import NamedTuple


class Range(NamedTuple):
    """Every batch of an epoch from `first` to `last`, both included.

    `began` is the receipt of the first, `received` the newest receipt among them; `items` and
    `refused` are sums.
    """

    agent: str
    epoch: int
    first: int
    last: int
    began: datetime
    received: datetime
    items: int
    refused: int


def joined(ranges: Iterable[Range]) -> list[Range]:
    """The same batches in as few ranges as can be, in order; the given ones don't overlap."""
    found: list[Range] = []
    for one in sorted(ranges):
        last = found[-1] if found else None
        if last and last[:2] == one[:2] and last.last + 1 == one.first:
            found[-1] = Range(
                *last[:3],
                one.last,
                last.began,
                max(last.received, one.received),
                last.items + one.items,
                last.refused + one.refused,
            )
        else:
            found.append(one)
    return found
