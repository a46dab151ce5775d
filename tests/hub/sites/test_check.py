from __future__ import annotations

from typing import Any

import msgspec
import pytest

from hub.sites.check import check
from hub.sites.domain import Device, Grid, Holding, Name, Person, Place, SiteDocument

_NAME = Name("n", "n")


def grown(document: SiteDocument, field: str, item: object) -> SiteDocument:
    changes: dict[str, Any] = {field: [*getattr(document, field), item]}
    return msgspec.structs.replace(document, **changes)


def test_a_sound_site_has_no_problems(document: SiteDocument) -> None:
    assert check(document) == []


@pytest.mark.parametrize(
    ("field", "item", "text"),
    [
        (
            "people",
            Person("p-chief", _NAME, "desk"),
            "person p-chief stands in the file 2 times",
        ),
        (
            "devices",
            Device("d", "smoke", "nowhere", (50, 50), "edge-1", 5),
            "device d stands at unknown place nowhere",
        ),
        (
            "devices",
            Device("d", "smoke", "room-1", (500, 50), "edge-1", 5),
            "device d at (500, 50) lies in no leaf grid",
        ),
        (
            "places",
            Place("p", _NAME, "room", "tower", 1, (50, 50)),
            "place p lies in unknown building tower",
        ),
        (
            "places",
            Place("p", _NAME, "room", None, 1, (50, -50)),
            "place p at (50, -50) lies in no leaf grid",
        ),
    ],
)
def test_one_wrong_item_is_one_problem(
    document: SiteDocument, field: str, item: object, text: str
) -> None:
    """GR-05 in part: places and devices outside every leaf grid are listed."""
    assert [problem.text for problem in check(grown(document, field, item))] == [text]


def test_a_grid_without_a_warden_is_a_problem(document: SiteDocument) -> None:
    holdings = [holding for holding in document.holdings if holding.grid != "C-1-02"]
    bare = msgspec.structs.replace(document, holdings=holdings)
    assert [problem.text for problem in check(bare)] == [
        "grid C-1-02 has no warden: add it to the holdings"
    ]


def test_an_unknown_holder_is_a_problem(document: SiteDocument) -> None:
    holdings = [*document.holdings[:-1], Holding("C-2-02", "p-warden", "p-nobody")]
    wrong = msgspec.structs.replace(document, holdings=holdings)
    assert [problem.subject for problem in check(wrong)] == ["p-nobody"]


def test_an_unknown_parent_and_a_tree_too_deep_are_problems(document: SiteDocument) -> None:
    ring = [(0.0, 0.0), (100.0, 0.0), (100.0, 100.0), (0.0, 100.0)]
    lost = grown(document, "grids", Grid("X", "C-9", _NAME, ring))
    assert "grid X lies in C-9, which is not among the grids" in [p.text for p in check(lost)]
    deep = grown(document, "grids", Grid("C-1-01-a", "C-1-01", _NAME, ring))
    assert "grid C-1-01-a lies 4 levels deep, the site names 3" in [p.text for p in check(deep)]


def test_a_kind_of_device_of_ones_own_needs_its_title_only(document: SiteDocument) -> None:
    """SE-03: sensor kinds are an open list, added by configuration."""
    noise = Device("n", "noise", "room-1", (50, 50), "edge-1", 5)
    site = grown(document, "devices", noise)
    (problem,) = check(site)
    assert "device n is of unknown kind noise" in problem.text
    titled = msgspec.structs.replace(site, device_kinds={"noise": Name("Noise", "噪声")})
    assert check(titled) == []
    (meant,) = check(grown(document, "devices", msgspec.structs.replace(noise, kind="smok")))
    assert "did you mean smoke?" in meant.text
