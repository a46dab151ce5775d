"""People: who of the site somebody has under them, and whom they may name. Pure.

As in the site that they are shown (hub.sites.seen): those who work or hold something in the grids
of a right, the holders above these, and those who work in the whole site.
"""

from __future__ import annotations

from hub.rights.domain import EVERYWHERE, Actor, Right, may
from hub.rights.resolve import Territory


def grids_of(person: str, site: Territory) -> frozenset[str]:
    """The grids that somebody holds, stands in for or works in."""
    held = {seat.grid for seat in site.seats.get(person, ())}
    _, home = site.work.get(person, (None, None))
    return frozenset(held if home is None else held | {home})


def is_under(actor: Actor, right: Right, person: str, site: Territory) -> bool:
    """Whether the right reaches a person: some grid of theirs, or it is oneself."""
    if actor.reach(right) is EVERYWHERE or person == actor.person:
        return True
    return any(may(actor, right, site.path(code)) for code in grids_of(person, site))


def people_under(actor: Actor, right: Right, site: Territory) -> list[str] | None:
    """The people whom the right reaches, in order; None: all, also those who left the site."""
    if actor.reach(right) is EVERYWHERE:
        return None
    people = {*site.work, *site.seats, actor.person}
    return sorted(one for one in people if is_under(actor, right, one, site))


def shares_a_post(one: str, other: str, site: Territory) -> bool:
    """Whether two hold the same grid, as holder and stand-in."""
    held = [{seat.grid for seat in site.seats.get(person, ())} for person in (one, other)]
    return bool(held[0] & held[1])


def is_near(actor: Actor, person: str, site: Territory) -> bool:
    """Whether somebody may know of a person: in the own grids, above, or at the centre."""
    if is_under(actor, "site.read", person, site):
        return True
    reach = actor.reach("site.read")
    assert reach is not EVERYWHERE
    above = {code for own in reach for code in site.path(own)}
    seats = {seat.grid for seat in site.seats.get(person, ())}
    if seats & above:
        return True
    return person in site.work and not grids_of(person, site)
