"""Stock: what a grid should have of fire equipment, what it has, what lacks (SE-21). Pure."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import date

import msgspec

from hub.equipment.domain import Card
from hub.plans.stock import Stock
from hub.sites.domain import Grid, Name, grid_path


class Line(msgspec.Struct, frozen=True, kw_only=True):
    """One kind of item in one grid: target, what is there and usable, and what lacks."""

    target: str
    grid: str
    grid_name: Name
    kind: str
    wanted: float
    usable: float

    @property
    def lacking(self) -> float:
        """By how much the target is missed; 0 if it is met."""
        return max(self.wanted - self.usable, 0.0)


def compare(
    targets: Mapping[str, Stock],
    grids: Sequence[Grid],
    cards: Iterable[tuple[Card, str | None]],
    today: date,
) -> list[Line]:
    """Every target held against the cards, each given with its leaf grid.

    What expired or was removed does not count.
    """
    parents = {grid.code: grid.parent for grid in grids}
    have: defaultdict[tuple[str, str], float] = defaultdict(float)
    for card, leaf in cards:
        if leaf is None or card.removed or card.expired(today):
            continue
        for code in grid_path(parents, leaf):
            have[code, card.kind] += card.quantity
    return [
        Line(
            target=name,
            grid=grid.code,
            grid_name=grid.name,
            kind=kind,
            wanted=wanted,
            usable=have[grid.code, kind],
        )
        for name, target in targets.items()
        for grid in grids
        if len(grid_path(parents, grid.code)) - 1 == target.level
        for kind, wanted in target.items.items()
    ]
