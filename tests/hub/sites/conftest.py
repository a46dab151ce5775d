"""A small sound site: one root, two districts, four leaf grids of 100 by 100 metres."""

from __future__ import annotations

import pytest

from hub.sites.domain import (
    Building,
    Device,
    Grid,
    Holding,
    Identity,
    Name,
    Person,
    Place,
    Point,
    Road,
    SiteDocument,
)


def box(left: float, bottom: float, right: float, top: float) -> list[Point]:
    return [(left, bottom), (right, bottom), (right, top), (left, top)]


def name(text: str) -> Name:
    return Name(en=text, zh=f"{text}（示例）")


@pytest.fixture
def document() -> SiteDocument:
    return small()


def small() -> SiteDocument:
    return SiteDocument(
        format=1,
        site=Identity("sample", name("Sample")),
        levels=[name("Campus"), name("District"), name("Grid")],
        bounds=(0, 0, 200, 200),
        grids=[
            Grid("C", None, name("Campus"), box(0, 0, 200, 200)),
            Grid("C-1", "C", name("West"), box(0, 0, 100, 200)),
            Grid("C-2", "C", name("East"), box(100, 0, 200, 200)),
            Grid("C-1-01", "C-1", name("South-west"), box(0, 0, 100, 100)),
            Grid("C-1-02", "C-1", name("North-west"), box(0, 100, 100, 200)),
            Grid("C-2-01", "C-2", name("South-east"), box(100, 0, 200, 100)),
            Grid("C-2-02", "C-2", name("North-east"), box(100, 100, 200, 200)),
        ],
        people=[
            Person("p-chief", name("Chief"), "chief"),
            Person("p-warden", name("Warden"), "warden"),
            Person("p-second", name("Second"), "stand_in"),
        ],
        holdings=[
            *(Holding(code, "p-chief") for code in ("C", "C-1", "C-2")),
            *(
                Holding(code, "p-warden", "p-second", exception="a small site")
                for code in ("C-1-01", "C-1-02", "C-2-01", "C-2-02")
            ),
        ],
        buildings=[Building("hall", name("Hall"), box(120, 120, 160, 150), 3)],
        roads=[Road("ring", [(0, 100), (200, 100)], 6)],
        places=[
            Place("spot-1", name("Hydrant 1"), "hydrant", None, None, (50, 50)),
            Place("room-1", name("Room 1"), "room", "hall", 1, (130, 130)),
        ],
        devices=[
            Device("hydrant-1", "hydrant", "spot-1", (50, 50), "edge-1", 5),
            Device("smoke-1", "smoke", "room-1", (130, 130), "edge-1", 10),
        ],
    )
