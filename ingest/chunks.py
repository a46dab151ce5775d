"""Chunks: housekeeping in short transactions, and not too many of them in one round."""

from __future__ import annotations

from collections.abc import Callable

AT_ONCE = 10_000  # rows; ours: transactions of about a tenth of a second
CHUNKS = 50  # ours: a round of seconds, so that the worker's beat is not late
ROUND = AT_ONCE * CHUNKS  # rows after which something is left to the next round


def in_chunks(remove: Callable[[int], int], *, at_once: int = AT_ONCE, chunks: int = CHUNKS) -> int:
    """Call `remove` for so many rows at once until it finds fewer; how many it removed in all."""
    removed = 0
    for _ in range(chunks):
        rows = remove(at_once)
        removed += rows
        if rows < at_once:
            break
    return removed
