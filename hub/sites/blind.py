"""Blind spots: leaf grids that nobody watches."""

from __future__ import annotations

from collections.abc import Collection
from typing import Literal

import msgspec

from hub.sites.domain import SiteDocument, leaf_codes

PERIOD_DAYS = 7  # requirement SE-18, ours

Lack = Literal["member", "live_device", "report"]


class BlindSpot(msgspec.Struct, frozen=True):
    """A leaf grid and what it lacked in the period."""

    grid: str
    lacks: tuple[Lack, ...]


def blind_spots(
    document: SiteDocument, live: Collection[str], reported: Collection[str]
) -> list[BlindSpot]:
    """Leaf grids without a member, and those with neither a live device nor a report.

    `live` are the leaf grids with a device heard in the period, `reported` those from which a
    person wrote something. A quiet grid that devices watch is not blind, which is ours.
    """
    held = {holding.grid for holding in document.holdings}
    found: list[BlindSpot] = []
    for code in leaf_codes(document):
        lacks: list[Lack] = []
        if code not in held:
            lacks.append("member")
        if code not in live:
            lacks.append("live_device")
        if code not in reported:
            lacks.append("report")
        if "member" in lacks or len(lacks) > 1:
            found.append(BlindSpot(code, tuple(lacks)))
    return found
