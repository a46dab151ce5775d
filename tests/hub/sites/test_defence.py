"""Joint-defence groups: whose partners are alerted."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest
from psycopg import AsyncConnection

from hub.sites.check import check
from hub.sites.defence import partners
from hub.sites.domain import DefenceGroup, Defender, Household, SiteDocument, Unit
from hub.sites.store import load_site, read_site
from tests.hub.make import SITE, in_transaction, name

GROUPED = msgspec.structs.replace(
    SITE,
    households=[Household("home-1", (55, 52), 3), Household("home-2", (80, 50), 4)],
    units=[Unit("shop-1", name("Shop"), "shop", (150, 60))],
    defence_groups=[
        DefenceGroup(
            "pair",
            name("Two households"),
            "households",
            [Defender("home-1", "p-west"), Defender("home-2", "p-east")],
        ),
        DefenceGroup(
            "road",
            name("East road"),
            "road",
            [Defender("west-spot", "p-west"), Defender("shop-1", "p-chief")],
        ),
    ],
)


@pytest.mark.parametrize(
    ("place", "alerted"),
    [
        ("west-spot", ["p-east", "p-chief"]),  # home-1 is near, and it is itself in `road`
        ("east-spot", ["p-west"]),  # the shop is near
        ("nowhere", []),
    ],
)
def test_the_partner_of_an_affected_unit_is_alerted(place: str, alerted: list[str]) -> None:
    """GR-22: households, shops and road sections; the affected one's own contact is not."""
    assert partners(GROUPED, place) == alerted


def test_a_unit_on_another_floor_or_far_off_is_not_affected() -> None:
    """GR-22: fifteen metres, the same building and floor."""
    upstairs = [Household("home-1", (55, 52), 3, floor=2), GROUPED.households[1]]
    moved = msgspec.structs.replace(
        GROUPED, households=upstairs, defence_groups=GROUPED.defence_groups[:1]
    )
    assert partners(moved, "west-spot") == []
    assert partners(SITE, "west-spot") == []


def test_groups_name_what_there_is() -> None:
    """GR-22: things and contacts are checked."""
    wrong = DefenceGroup(
        "g", name("G"), "shops", [Defender("none", "p-west"), Defender("shop-1", "p-none")]
    )
    texts = [
        problem.text for problem in check(msgspec.structs.replace(GROUPED, defence_groups=[wrong]))
    ]
    assert texts == [
        "none in group g is no household, unit or place here",
        "p-none, contact in group g, is no person here",
    ]
    assert check(GROUPED) == []


def test_groups_are_kept(database_url: str) -> None:
    """GR-22: loaded and read back."""

    async def there_and_back(conn: AsyncConnection[Any]) -> SiteDocument | None:
        await load_site(conn, GROUPED)
        return await read_site(conn)

    stored = in_transaction(database_url, there_and_back)
    assert stored.defence_groups == GROUPED.defence_groups
