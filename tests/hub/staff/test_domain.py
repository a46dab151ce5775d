"""Staff against the plan, eligibility and letters, as pure functions."""

from __future__ import annotations

from datetime import date

import msgspec
import pytest

from hub.sites.domain import Holding, Person, Terminal
from hub.sites.rules import Eligibility, GridRules, SizeRule, StaffRule
from hub.staff.domain import Concern, Letter, Unsigned, concerns, reconcile, unsigned
from tests.hub.make import SITE, name

TODAY = date(2026, 11, 25)


def person(id_: str, role: object = "warden", **more: object) -> Person:
    return msgspec.convert(
        {"id": id_, "name": {"en": id_, "zh": id_}, "role": role, **more}, Person
    )


def test_actual_grids_staff_and_terminals_are_told_against_the_plan() -> None:
    """GR-19: by level and role, with the vacancies."""
    site = msgspec.structs.replace(
        SITE,
        people=[
            person("p-chief", "chief"),
            person("p-west"),
            person("p-east"),
            person("p-aid", "auxiliary", grid="C-1"),
        ],
        terminals=[Terminal("t-1", "p-west"), Terminal("t-2", "p-chief")],
    )
    rules = GridRules(
        sizes=[SizeRule(level=0, grids_min=3, grids_max=5, source="s")],
        staff=[
            StaffRule(role="warden", level=1, terminals=1, source="s"),
            StaffRule(role="auxiliary", level=1, at_most=0, at_least=0, source="s"),
            StaffRule(role="auxiliary", level=1, per_households=300, source="s"),
        ],
    )
    found = {
        (one.grid, one.what, one.role, one.most): (one.actual, one.vacant, one.over)
        for one in reconcile(site, rules, {"C-1": 301, "C-2": 300})
    }
    assert found == {
        ("C", "grids", None, 5): (2, 1, 0),
        ("C-1", "staff", "warden", None): (1, 0, 0),
        ("C-1", "terminals", "warden", None): (1, 0, 0),
        ("C-1", "staff", "auxiliary", 0): (1, 0, 1),
        ("C-1", "staff", "auxiliary", None): (1, 1, 0),
        ("C-2", "staff", "warden", None): (1, 0, 0),
        ("C-2", "terminals", "warden", None): (0, 1, 0),
        ("C-2", "staff", "auxiliary", 0): (0, 0, 0),
        ("C-2", "staff", "auxiliary", None): (0, 1, 0),
    }


@pytest.mark.parametrize(
    ("facts", "kinds"),
    [
        ({}, ["education_unknown", "not_registered", "contract_unknown"]),
        ({"education": "junior_high", "real_name": True, "contract_ends": "2027-11-25"},
         ["education_low"]),
        ({"education": "college", "real_name": False, "contract_ends": "2026-12-25"},
         ["not_registered", "contract_ends"]),
        ({"education": "senior_high", "real_name": True, "contract_ends": "2026-12-26"}, []),
        ({"education": "senior_high", "real_name": True, "contract_ends": "2026-11-24"},
         ["contract_over"]),
    ],
)  # fmt: skip
def test_members_are_checked_and_warned_of_before(
    facts: dict[str, object], kinds: list[str]
) -> None:
    """GR-20: education, real-name registration, contract end within 30 days."""
    asked = Eligibility(education="senior_high", real_name=True, contract=True, source="s")
    site = msgspec.structs.replace(
        SITE,
        people=[person("p-chief", "chief"), person("p-west", **facts)],
        holdings=[Holding("C", "p-chief"), Holding("C-1", "p-west")],
    )
    assert [one.kind for one in concerns(site, asked, TODAY)] == kinds
    assert concerns(site, None, TODAY) == []


def test_whoever_works_in_a_leaf_grid_counts_once_with_all_its_grids() -> None:
    """GR-20: of A and B posts and those who work there; chiefs are no members."""
    site = msgspec.structs.replace(
        SITE,
        people=[*SITE.people, Person("p-aid", name("Aid"), "auxiliary", grid="C-1")],
        holdings=[
            Holding("C", "p-chief"),
            Holding("C-1", "p-west", "p-east"),
            Holding("C-2", "p-east"),
        ],
    )
    asked = Eligibility(real_name=True, source="s")
    assert concerns(site, asked, TODAY) == [
        Concern("p-aid", "not_registered", ("C-1",)),
        Concern("p-east", "not_registered", ("C-1", "C-2")),
        Concern("p-west", "not_registered", ("C-1",)),
    ]


def letter(signed: date | None, expires: date, holder: str = "p-west") -> Letter:
    return Letter(id=1, grid="C-1", person=holder, expires=expires, signed=signed)


@pytest.mark.parametrize(
    ("letters", "lack"),
    [
        ([], "no_letter"),
        ([letter(None, TODAY)], "unsigned"),
        ([letter(date(2026, 1, 1), date(2026, 11, 24))], "expired"),
        ([letter(date(2026, 1, 1), date(2026, 11, 25))], None),
        ([letter(date(2026, 1, 1), date(2027, 1, 1), "p-before")], "no_letter"),
    ],
)
def test_holders_without_a_valid_letter_are_listed(letters: list[Letter], lack: str | None) -> None:
    """GR-26: none, unsigned, expired, or another holder's."""
    found = {one.grid: one for one in unsigned(SITE, letters, TODAY)}
    assert set(found) == ({"C-2"} if lack is None else {"C-1", "C-2"})
    if lack is not None:
        assert found["C-1"] == Unsigned("C-1", 1, "p-west", lack)  # type: ignore[arg-type]
