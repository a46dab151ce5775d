"""Whose a complaint is, and from whom it is kept. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import msgspec

from edge.wire import Micros
from hub.sites.domain import Holding, SiteDocument


class Complaint(msgspec.Struct, frozen=True, kw_only=True):
    """What somebody complains about whom; `by` never says who it is."""

    id: int
    at: Micros
    about: str
    by: str
    words: str
    photos: tuple[str, ...]
    handler: str | None
    answered: Micros | None = None
    answer: str | None = None


def handler_of(site: SiteDocument, about: str) -> str | None:
    """Who handles a complaint about somebody: the next higher holder, past the one named.

    The way up begins above the highest grid that the named holds or stands in for; of somebody
    without a grid at the one they work in, else at the root. None: nobody is higher, so that the
    inspectors have it.
    """
    parents = {grid.code: grid.parent for grid in site.grids}
    wardens = {holding.grid: holding.warden for holding in site.holdings}
    held = _held(site.holdings, about)
    if held:
        at = parents.get(min(held, key=lambda code: len(_line(parents, code))))
    else:
        working = next((one.grid for one in site.people if one.id == about), None)
        root = next((grid.code for grid in site.grids if grid.parent is None), None)
        at = working or root
    while at is not None:
        warden = wardens.get(at)
        if warden is not None and warden != about and not is_under(site, warden, about):
            return warden
        at = parents.get(at)
    return None


def is_under(site: SiteDocument, person: str, upper: str) -> bool:
    """Whether all that somebody holds lies below a grid of another's."""
    parents = {grid.code: grid.parent for grid in site.grids}
    own, above = _held(site.holdings, person), set(_held(site.holdings, upper))
    if not own:
        working = next((one.grid for one in site.people if one.id == person), None)
        return working is not None and not above.isdisjoint(_line(parents, working))
    return all(not above.isdisjoint(_line(parents, code)[1:]) for code in own)


def is_kept_from(site: SiteDocument, complaint: Complaint, reader: str) -> bool:
    """Whether somebody must not know of a complaint: the one named, and who is under them."""
    return reader == complaint.about or (
        reader != complaint.handler and is_under(site, reader, complaint.about)
    )


def _held(holdings: Sequence[Holding], person: str) -> list[str]:
    return [one.grid for one in holdings if person in (one.warden, one.stand_in)]


def _line(parents: Mapping[str, str | None], code: str) -> list[str]:
    """A grid and all above it."""
    found: list[str] = []
    at: str | None = code
    while at is not None and at not in found:
        found.append(at)
        at = parents.get(at)
    return found
