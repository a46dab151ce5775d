"""Problem: one thing that is wrong, or worth a look, in a territory."""

from __future__ import annotations

from typing import Literal

import msgspec

from hub.sites.domain import Ring

ProblemKind = Literal[
    "error",  # the document contradicts itself or its plan
    "gap",
    "overlap",
    "spill",
    "unassigned",
    "nowhere",
    "twice",
    "size",
    "split",
    "exception",
    "uncared",
]

# A territory that is still being built may have these; each is listed until it is mended.
UNFINISHED: frozenset[ProblemKind] = frozenset(
    {"gap", "overlap", "spill", "unassigned", "nowhere", "twice"}
)


class Problem(msgspec.Struct, frozen=True):
    """`subject` is the id of the grid, device, place or person it is about.

    `grid` is where it lies, `area_m2` and `shape` (outer rings) what to draw of it.
    """

    subject: str
    text: str
    kind: ProblemKind = "error"
    grid: str | None = None
    area_m2: float = 0.0
    shape: tuple[Ring, ...] = ()
