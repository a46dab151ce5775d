"""Joint defence: who is alerted when a unit of a group is affected (GR-22). Pure."""

from __future__ import annotations

from collections.abc import Iterator
from math import dist

from hub.sites.domain import Household, Place, SiteDocument, Unit

NEAR_M = 15.0  # ours: a device so near to a unit, on its floor, tells of that unit


def partners(document: SiteDocument, place: str) -> list[str]:
    """The contacts of the other members of every group in which the place's unit is, each once.

    Affected are the place itself where it is a member, else the household and unit members within
    `NEAR_M` in the same building and on the same floor.
    """
    if not document.defence_groups:
        return []
    spot = next((one for one in document.places if one.id == place), None)
    if spot is None:
        return []
    members = {member.thing for group in document.defence_groups for member in group.members}
    affected = {thing for thing in _affected(document, spot) if thing in members}
    found: dict[str, None] = {}
    for group in document.defence_groups:
        hit = {member.contact for member in group.members if member.thing in affected}
        if not hit:
            continue
        for member in group.members:
            if member.thing not in affected and member.contact not in hit:
                found.setdefault(member.contact)
    return list(found)


def _affected(document: SiteDocument, spot: Place) -> Iterator[str]:
    yield spot.id
    things: list[Household | Unit] = [*document.households, *document.units]
    for thing in things:
        same = (thing.building, thing.floor) == (spot.building, spot.floor)
        if same and dist(thing.at, spot.at) <= NEAR_M:
            yield thing.id
