from __future__ import annotations

from datetime import date
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from hub.plans.read import shipped_plan
from hub.sourced import Source
from hub.units.domain import Aspect, UnitEntry, filing, record
from hub.units.rules import PAPERS

RULES = shipped_plan("campus").units
TODAY = date(2027, 3, 1)
PEOPLE = [
    {"post": "responsible", "name": "Sample A", "phone": ""},
    {"post": "fire_manager", "name": "Sample B", "phone": "1"},
]


def entry(
    aspect: Aspect, data: dict[str, Any], at: int = 0, source: Source = "declared", item: str = ""
) -> UnitEntry:
    return UnitEntry(unit="u", aspect=aspect, item=item, source=source, data=data, actor="p", at=at)


def papers(**changes: dict[str, Any]) -> list[UnitEntry]:
    return [
        entry("paper", {"number": "1", "until": None} | changes.get(paper, {}), item=paper)
        for paper in PAPERS
    ]


def test_what_was_seen_counts_before_what_was_declared_whichever_is_newer() -> None:
    """PR-09 in part, SE-11 in part"""
    seen = entry("class", {"class": "key_a"}, at=1, source="observed")
    told = entry("class", {"class": "general"}, at=2)
    found = record("u", [seen, told], RULES, TODAY)
    assert found.unit_class == "key_a"
    assert found.items["class", ""].declared == told
    assert found.updated == 2


def test_managers_are_filed_when_every_post_of_the_plan_is_filled() -> None:
    """SE-14 in part"""
    some = record("u", [entry("managers", {"people": PEOPLE[:1]})], RULES, TODAY)
    both = record("u", [entry("managers", {"people": PEOPLE})], RULES, TODAY)
    assert [some.managers_filed, both.managers_filed] == [False, True]


def test_key_units_are_counted_by_what_they_have_filed() -> None:
    """SE-14 in part: the aim is all of them."""
    key = entry("class", {"class": "key_b"})
    managers = entry("managers", {"people": PEOPLE})
    equipment = entry("equipment", {"items": [{"kind": "extinguisher", "count": 2}]})
    none = entry("equipment", {"items": [{"kind": "extinguisher", "count": 0}]})
    found = filing(
        record("u", entries, RULES, TODAY)
        for entries in (
            [key],
            [key, managers],
            [key, managers, none],
            [key, managers, equipment],
            [managers, equipment],
        )
    )
    assert (found.key, found.managers, found.equipment, found.both) == (4, 3, 1, 1)
    assert found.share == 0.25
    assert filing([]).share is None


def test_a_unit_without_one_of_its_papers_is_flagged_open() -> None:
    """SE-28: design review, acceptance, both filings, and the fire certificate."""
    whole = record("u", papers(), RULES, TODAY)
    assert not whole.open
    for paper in PAPERS:
        without = [one for one in papers() if one.item != paper]
        assert record("u", without, RULES, TODAY).missing_papers == (paper,)
    taken_back = [*papers(), entry("paper", {"number": "", "until": None}, item="acceptance")]
    assert record("u", taken_back, RULES, TODAY).missing_papers == ("acceptance",)


def test_a_paper_holds_on_its_last_day_and_not_after() -> None:
    """SE-28 in part"""
    for until, missing in (("2027-03-01", ()), ("2027-02-28", ("fire_certificate",))):
        entries = papers(fire_certificate={"until": until})
        assert record("u", entries, RULES, TODAY).missing_papers == missing


@given(st.lists(st.tuples(st.integers(0, 5), st.sampled_from(["observed", "declared"]))))
def test_no_entry_takes_the_place_of_one_of_the_other_source(
    told: list[tuple[int, Source]],
) -> None:
    """PR-09 in part"""
    entries = [
        entry("class", {"class": "general", "number": number}, at=at, source=source)
        for number, (at, source) in enumerate(sorted(told, key=lambda one: one[0]))
    ]
    items = record("u", entries, RULES, TODAY).items
    for source in ("observed", "declared"):
        mine = [one for one in entries if one.source == source]
        held = getattr(items.get(("class", "")), source, None)
        assert held == (mine[-1] if mine else None)
