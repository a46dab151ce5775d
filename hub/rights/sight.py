"""Sight: what of the site's grids, devices and agents somebody sees. Pure.

What has no spot, an agent without a place or a device that only sends, lies in no grid: it is seen
by who reaches the whole site.
"""

from __future__ import annotations

from collections.abc import Mapping

from hub.rights.domain import EVERYWHERE, SITE_WIDE, Actor, Path, Right, may
from hub.rights.resolve import Territory
from hub.sites.care import Registered
from hub.sites.domain import Spot


def seen_spots(actor: Actor, right: Right, spots: Mapping[str, Spot]) -> dict[str, Spot]:
    """The devices that somebody has the right for, by name in order."""
    everything = actor.reach(right) is EVERYWHERE
    return {
        name: spot
        for name, spot in sorted(spots.items())
        if everything or may(actor, right, spot.grid_path)
    }


def path_of_device(device: str, spots: Mapping[str, Spot]) -> Path:
    """The grids of a device, from the root down."""
    spot = spots.get(device)
    return SITE_WIDE if spot is None else spot.grid_path


def path_of_agent(agent: str, agents: Mapping[str, Registered]) -> Path:
    """The grids of an agent, from the root down."""
    known = agents.get(agent)
    return SITE_WIDE if known is None or known.spot is None else known.spot.grid_path


def seen_grids(actor: Actor, right: Right, site: Territory) -> list[str] | None:
    """The grids of the site that the right reaches, in order; None: all, also those that went."""
    if actor.reach(right) is EVERYWHERE:
        return None
    return sorted(code for code in site.parents if may(actor, right, site.path(code)))


def sees_grid(actor: Actor, right: Right, code: str, site: Territory) -> bool:
    """Whether the right reaches a grid of the site, or one that went, for who reaches all."""
    if actor.reach(right) is EVERYWHERE:
        return True
    return code in site.parents and may(actor, right, site.path(code))
