from __future__ import annotations

from datetime import date

import pytest

from hub.files.rules import FileRules, KindRules, Part, target_day, wrong_file_rules
from hub.sites.domain import Name

TITLE = Name("Part", "项")
TEXT = Part(title=TITLE, holds="text", source="ours")


@pytest.mark.parametrize(
    ("quarter", "day"),
    [
        ("Q1", date(2027, 3, 31)),
        ("Q2", date(2027, 6, 30)),
        ("Q3", date(2027, 9, 30)),
        ("Q4", date(2027, 12, 31)),
        ("2028-Q1", date(2028, 3, 31)),
    ],
)
def test_a_target_is_the_last_day_of_its_quarter(quarter: str, day: date) -> None:
    """SE-12 in part"""
    assert target_day(quarter, date(2027, 5, 1)) == day


@pytest.mark.parametrize(
    ("rules", "told"),
    [
        (FileRules(kinds={"building": KindRules(parts={})}), "building requires no part"),
        (
            FileRules(
                kinds={"yard": KindRules(parts={"a": TEXT, "b": Part(title=TITLE, source="")})}
            ),
            "part b of yard needs either holds or known",
        ),
        (FileRules(kinds={"enterprise": KindRules(parts={"a": TEXT})}), "needs unit_kinds"),
        (FileRules(complete="Q2", consolidated="Q1"), "consolidated lies before complete"),
    ],
)
def test_rules_that_can_not_work_are_refused(rules: FileRules, told: str) -> None:
    (text,) = wrong_file_rules(rules)
    assert told in text
