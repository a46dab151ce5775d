"""Fixes: what a plan wants settled before a leaf grid goes live (五定, 七定)."""

from __future__ import annotations

from hub.sites.domain import SiteDocument, leaf_codes
from hub.sites.rules import FIXES, GridRules


def missing_fixes(document: SiteDocument, rules: GridRules) -> dict[str, list[str]]:
    """What each leaf grid still lacks of the plan's list, in its order.

    The boundary settles the area, a holder the staff, a duty the duty; the rest is in `fixes`.
    """
    grids = {grid.code: grid for grid in document.grids}
    held = {holding.grid for holding in document.holdings}
    busy = {duty.grid for duty in document.duties}
    missing: dict[str, list[str]] = {}
    for code in leaf_codes(document):
        settled = {name for name, text in grids[code].fixes.items() if text.strip()} | {"area"}
        if code in held:
            settled |= {"staff", "leaders_to_points"}
        if code in busy:
            settled |= {"duty", "everyones_duty"}
        missing[code] = [name for name in FIXES[rules.fixes] if name not in settled]
    return missing
