"""Check: what is wrong with a site document, all of it at once and in the site's own words."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from difflib import get_close_matches

from hub.sites.care import wrong_care
from hub.sites.codes import CodeError, check_code
from hub.sites.coverage import Unplaced, cover_problems, locate, things, unplaced_points
from hub.sites.domain import (
    KNOWN_DEVICE_KINDS,
    SiteDocument,
    SiteError,
    grid_path,
    leaf_codes,
)
from hub.sites.fixes import missing_fixes
from hub.sites.members import unflagged
from hub.sites.problem import Problem
from hub.sites.rules import NO_RULES, GridRules

__all__ = ["Problem", "check"]


def check(document: SiteDocument, rules: GridRules = NO_RULES) -> list[Problem]:
    """Everything that keeps the document from being used; empty if nothing does.

    `rules` is what the plan asks of the territory. Problems of the kinds in `UNFINISHED` keep it
    from being used only as long as nobody says that the territory is unfinished.
    """
    checks: tuple[Callable[[SiteDocument], Iterator[Problem]], ...] = (
        _duplicates,
        _tree,
        _references,
        _kinds,
        wrong_care,
        _answerable,
        unflagged,
        cover_problems,
        _placed,
    )
    found = [problem for one in checks for problem in one(document)]
    return [*found, *_levels(document, rules), *_codes(document, rules), *_live(document, rules)]


def _duplicates(document: SiteDocument) -> Iterator[Problem]:
    ids = {
        "grid": [grid.code for grid in document.grids],
        "person": [person.id for person in document.people],
        "holding of grid": [holding.grid for holding in document.holdings],
        "building": [building.id for building in document.buildings],
        "road": [road.id for road in document.roads],
        "place": [place.id for place in document.places],
        "device or terminal": [
            *(device.id for device in document.devices),
            *(terminal.id for terminal in document.terminals),
        ],
        "household": [household.id for household in document.households],
        "unit": [unit.id for unit in document.units],
        "duty": [duty.id for duty in document.duties],
        "body": [body.id for body in document.bodies],
        "agent": [agent.id for agent in document.agents],
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
        tiers = (holding.first, holding.main, holding.specific)
        for person in dict.fromkeys((holding.warden, holding.stand_in, *tiers)):
            if person is not None and person not in people:
                yield Problem(person, f"{person} holds grid {holding.grid}, but is no person here")
    for duty in document.duties:
        if duty.grid not in grids:
            yield Problem(duty.id, f"duty {duty.id} is for grid {duty.grid}, which is not there")
    for household in document.households:
        if household.head is not None and household.head not in people:
            yield Problem(
                household.id, f"{household.head} heads {household.id}, but is no person here"
            )
    for terminal in document.terminals:
        if terminal.person not in people:
            yield Problem(
                terminal.id, f"{terminal.person} carries {terminal.id}, but is no person here"
            )
    for what, items in (
        ("grid", [(grid.code, grid.building) for grid in document.grids]),
        ("place", [(place.id, place.building) for place in document.places]),
        ("household", [(household.id, household.building) for household in document.households]),
        ("unit", [(unit.id, unit.building) for unit in document.units]),
    ):
        for name, building in items:
            if building is not None and building not in buildings:
                yield Problem(name, f"{what} {name} lies in unknown building {building}")
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
            text = f"grid {grid.code} has no {who}: add it to the holdings"
            yield Problem(grid.code, text, "unassigned", grid.code)


def _placed(document: SiteDocument) -> Iterator[Problem]:
    everything = things(document)
    around = {what: locate(document, what) for what in {thing.what for thing in everything}}
    for index, why in unplaced_points(document, everything).items():
        thing = everything[index]
        where = "in no leaf grid" if why is Unplaced.NOWHERE else "in two leaf grids at once"
        text = f"{thing.what} {thing.id} at {thing.at} lies {where}"
        grid = around[thing.what].get(thing.id)
        yield Problem(thing.id, text, "error" if grid is None else why.value, grid)


def _levels(document: SiteDocument, rules: GridRules) -> Iterator[Problem]:
    wanted = [level.zh for level in rules.levels]
    if wanted and [level.zh for level in document.levels] != wanted:
        named = ", ".join(f"{level.en} ({level.zh})" for level in rules.levels)
        yield Problem(document.site.id, f"the plan names the levels {named}: use the same")


def _codes(document: SiteDocument, rules: GridRules) -> Iterator[Problem]:
    if rules.codes == "free":
        return
    leaves = set(leaf_codes(document))
    for grid in document.grids:
        if grid.code in leaves:
            try:
                check_code(grid.code, grid.kind)
            except CodeError as error:
                yield Problem(grid.code, str(error), grid=grid.code)


def _live(document: SiteDocument, rules: GridRules) -> Iterator[Problem]:
    live = {grid.code for grid in document.grids if grid.live}
    for code, missing in missing_fixes(document, rules).items():
        if code in live and missing:
            named = ", ".join(missing)
            text = f"grid {code} cannot be live without {named}: settle it, or set live to false"
            yield Problem(code, text, grid=code)
