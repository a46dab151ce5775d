"""Members: one warden per leaf grid; who holds several, and which grids have nobody."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator

from hub.sites.domain import Holding, SiteDocument, leaf_codes
from hub.sites.problem import Problem


def wardens_of_several(document: SiteDocument) -> dict[str, list[Holding]]:
    """Each warden of two leaf grids or more, with the holdings in order of grid."""
    leaves = set(leaf_codes(document))
    held: defaultdict[str, list[Holding]] = defaultdict(list)
    for holding in sorted(document.holdings, key=lambda holding: holding.grid):
        if holding.grid in leaves:
            held[holding.warden].append(holding)
    return {person: holdings for person, holdings in held.items() if len(holdings) > 1}


def holders(document: SiteDocument) -> list[str]:
    """Everybody who holds a grid, as warden or stand-in, by id."""
    held = {holding.warden for holding in document.holdings}
    held |= {holding.stand_in for holding in document.holdings if holding.stand_in is not None}
    return sorted(held)


def unflagged(document: SiteDocument) -> Iterator[Problem]:
    """Wardens of several leaf grids without an exception for each beyond one."""
    for person, holdings in wardens_of_several(document).items():
        bare = [holding.grid for holding in holdings if not holding.exception]
        if len(bare) > 1:
            text = (
                f"{person} is warden of {', '.join(bare)}: give each grid a warden of its own, or "
                "say in the holding's `exception` why one covers several"
            )
            yield Problem(person, text, grid=bare[1])


def exceptions(document: SiteDocument) -> Iterator[Problem]:
    """The flagged exceptions, to be looked at again from time to time."""
    for person, holdings in wardens_of_several(document).items():
        grids = ", ".join(holding.grid for holding in holdings)
        why = "; ".join(holding.exception for holding in holdings if holding.exception)
        text = f"{person} is warden of {grids}: {why}"
        yield Problem(person, text, "exception", holdings[0].grid)
