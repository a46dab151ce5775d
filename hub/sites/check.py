"""Check: what is wrong with a site document, all of it at once and in the site's own words."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from difflib import get_close_matches

import msgspec

from hub.sites.coverage import Unplaced, cover_problems, unplaced_points
from hub.sites.domain import (
    KNOWN_DEVICE_KINDS,
    SiteDocument,
    SiteError,
    grid_path,
    leaf_codes,
)


class Problem(msgspec.Struct, frozen=True):
    """One thing to mend: `subject` is the id of the grid, device, place or person it is about."""

    subject: str
    text: str


def check(document: SiteDocument) -> list[Problem]:
    """Everything that keeps the document from being used; empty if nothing does."""
    checks: tuple[Callable[[SiteDocument], Iterator[Problem]], ...] = (
        _duplicates,
        _tree,
        _references,
        _kinds,
        _answerable,
        _coverage,
        _placed,
    )
    return [problem for one in checks for problem in one(document)]


def _duplicates(document: SiteDocument) -> Iterator[Problem]:
    ids = {
        "grid": [grid.code for grid in document.grids],
        "person": [person.id for person in document.people],
        "holding of grid": [holding.grid for holding in document.holdings],
        "building": [building.id for building in document.buildings],
        "road": [road.id for road in document.roads],
        "place": [place.id for place in document.places],
        "device": [device.id for device in document.devices],
    }
    for what, names in ids.items():
        for name, count in Counter(names).items():
            if count > 1:
                yield Problem(name, f"{what} {name} stands in the file {count} times")


def _tree(document: SiteDocument) -> Iterator[Problem]:
    parents = {grid.code: grid.parent for grid in document.grids}
    for grid in document.grids:
        try:
            depth = len(grid_path(parents, grid.code))
        except SiteError as error:
            yield Problem(grid.code, str(error))
            continue
        if depth > len(document.levels):
            yield Problem(
                grid.code,
                f"grid {grid.code} lies {depth} levels deep, the site names {len(document.levels)}",
            )


def _references(document: SiteDocument) -> Iterator[Problem]:
    people = {person.id for person in document.people}
    grids = {grid.code for grid in document.grids}
    buildings = {building.id for building in document.buildings}
    places = {place.id for place in document.places}
    for holding in document.holdings:
        if holding.grid not in grids:
            yield Problem(holding.grid, f"somebody holds grid {holding.grid}, which is not there")
        for person in (holding.warden, holding.stand_in):
            if person is not None and person not in people:
                yield Problem(person, f"{person} holds grid {holding.grid}, but is no person here")
    for place in document.places:
        if place.building is not None and place.building not in buildings:
            yield Problem(place.id, f"place {place.id} lies in unknown building {place.building}")
    for device in document.devices:
        if device.place not in places:
            yield Problem(device.id, f"device {device.id} stands at unknown place {device.place}")


def _kinds(document: SiteDocument) -> Iterator[Problem]:
    known = [*KNOWN_DEVICE_KINDS, *document.device_kinds]
    for device in document.devices:
        if device.kind not in known:
            close = get_close_matches(device.kind, known, n=1)
            meant = f"; did you mean {close[0]}?" if close else ""
            yield Problem(
                device.id,
                f"device {device.id} is of unknown kind {device.kind}{meant} A kind of your own "
                "needs its title in device_kinds",
            )


def _answerable(document: SiteDocument) -> Iterator[Problem]:
    held = {holding.grid for holding in document.holdings}
    leaves = set(leaf_codes(document))
    for grid in document.grids:
        if grid.code not in held:
            who = "warden" if grid.code in leaves else "chief"
            yield Problem(grid.code, f"grid {grid.code} has no {who}: add it to the holdings")


def _coverage(document: SiteDocument) -> Iterator[Problem]:
    for subject, text in cover_problems(document):
        yield Problem(subject, text)


def _placed(document: SiteDocument) -> Iterator[Problem]:
    for what, items in (("device", document.devices), ("place", document.places)):
        wrong = unplaced_points(document, [item.at for item in items])
        for index, why in wrong.items():
            name = items[index].id
            where = "in no leaf grid" if why is Unplaced.NOWHERE else "in two leaf grids at once"
            yield Problem(name, f"{what} {name} at {items[index].at} lies {where}")
