from __future__ import annotations

import msgspec

from hub.sites.balance import balance
from hub.sites.blind import BlindSpot, blind_spots
from hub.sites.domain import Grid, Household, SiteDocument
from hub.sites.roles import TITLES
from hub.sites.sizes import sizes
from tests.hub.sites.conftest import box, name, small


def three(people: tuple[int, int, int]) -> SiteDocument:
    cells = [Grid(f"g{n}", "C", name("n"), box(10 * n, 0, 10 * n + 10, 10)) for n in range(3)]
    homes = [Household(f"h{n}", (10 * n + 5, 5), count) for n, count in enumerate(people)]
    root = Grid("C", None, name("n"), box(0, 0, 30, 10))
    return msgspec.structs.replace(
        small(), grids=[root, *cells], households=homes, holdings=[], devices=[], places=[]
    )


def test_more_than_twice_the_median_of_the_siblings_is_flagged() -> None:
    """GR-17: flag above 2 × median; exactly twice is not above."""
    paths = [("C", "g0")] * 5 + [("C", "g1"), ("C", "g2")]
    for people, heavy in (((100, 50, 40), ()), ((101, 50, 40), ("people",))):
        document = three(people)
        load = balance(document, sizes(document), paths)
        assert load["g0"].heavy == (*heavy, "open_cases")
        assert (load["g1"].heavy, load["g2"].heavy) == ((), ())
        assert (load["C"].people, load["C"].open_cases) == (sum(people), 7)
        assert load["g0"].area_m2 == 100


def test_where_most_have_nothing_nobody_is_flagged() -> None:
    """GR-17: twice a median of nothing says nothing."""
    document = three((10, 0, 0))
    assert balance(document, sizes(document), [])["g0"].heavy == ()


def test_a_grid_that_nobody_watches_is_a_blind_spot() -> None:
    """SE-18: no member, or neither a live device nor a report within seven days."""
    document = three((1, 1, 1))
    bare = blind_spots(document, live={"g0", "g1"}, reported=set())
    assert [spot.grid for spot in bare] == ["g0", "g1", "g2"]
    held = msgspec.structs.replace(
        document, holdings=[msgspec.structs.replace(HELD, grid=f"g{n}") for n in range(3)]
    )
    assert blind_spots(held, live={"g0"}, reported={"g1"}) == [
        BlindSpot("g2", ("live_device", "report"))
    ]


def test_every_role_has_a_title_in_both_languages() -> None:
    """GR-12: the role templates' titles; what they may do comes with accounts."""
    assert TITLES["group_leader"].zh == "组长"
    assert all(title.en and title.zh for title in TITLES.values())


HELD = small().holdings[-1]
