"""Stock: what a plan wants each grid of a level to have of fire equipment (SE-21). Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Annotated

import msgspec

from edge.wire import Identifier
from hub.sites.domain import Name


class Stock(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A target: `items` says how many of each kind (metres of hose) each grid of `level` needs.

    `level` is the depth in the tree of grids, the root's is 0.
    """

    title: Name
    level: Annotated[int, msgspec.Meta(ge=0)]
    items: dict[Identifier, Annotated[float, msgspec.Meta(gt=0)]]
    source: dict[str, str]


class Equipment(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How many days before an item expires somebody is told."""

    warning_days: Annotated[int, msgspec.Meta(ge=1, le=366)] = 30  # ours (SE-09)


def wrong_stock(targets: Mapping[str, Stock]) -> Iterator[tuple[str, str]]:
    """Name of the target and what to mend in it."""
    for name, target in targets.items():
        if "items" not in target.source:
            yield name, f'stock {name}: its items have no source; "ours" is one too'
