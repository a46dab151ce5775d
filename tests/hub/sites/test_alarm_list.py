from __future__ import annotations

import msgspec

from hub.sites.alarm_list import Told, alarm_list
from hub.sites.domain import Holding, Person
from tests.hub.make import SITE, name


def test_holder_duty_upper_and_neighbours_are_told_together() -> None:
    """HZ-07: holder, duty team, upper centre and neighbours."""
    more = [Person("p-b", name("B post"), "stand_in"), Person("p-desk", name("Desk"), "desk")]
    site = msgspec.structs.replace(
        SITE,
        people=[*SITE.people, *more],
        holdings=[
            Holding("C", "p-chief"),
            Holding("C-1", "p-west", "p-b"),
            Holding("C-2", "p-east"),
        ],
    )
    assert alarm_list(site, "C-1") == (
        Told("p-west", "holder"),
        Told("p-b", "duty"),
        Told("p-desk", "duty"),
        Told("p-chief", "upper"),
        Told("p-east", "neighbour"),
    )


def test_nobody_is_told_twice() -> None:
    holdings = [Holding("C", "p-west"), Holding("C-1", "p-west"), Holding("C-2", "p-west")]
    site = msgspec.structs.replace(SITE, holdings=holdings)
    assert alarm_list(site, "C-1") == (Told("p-west", "holder"),)


def test_under_direct_command_the_top_is_told_instead_of_the_level_between() -> None:
    """GR-24: the upper one is the root's holder."""
    grids = [
        *SITE.grids[:1],
        msgspec.structs.replace(SITE.grids[0], code="D", parent="C"),
        *(msgspec.structs.replace(grid, parent="D") for grid in SITE.grids[1:]),
    ]
    holdings = [*SITE.holdings, Holding("D", "p-district")]
    site = msgspec.structs.replace(SITE, grids=grids, holdings=holdings)
    assert Told("p-district", "upper") in alarm_list(site, "C-1")
    direct = alarm_list(site, "C-1", direct=True)
    assert Told("p-chief", "upper") in direct
    assert Told("p-district", "upper") not in direct
