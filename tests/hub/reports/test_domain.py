"""What can be taken as a report."""

from __future__ import annotations

from typing import Any

import pytest

from hub.plans.read import shipped_plan
from hub.reports.domain import AHEAD, OLDEST, Filed, ReportRefusedError, Where, checked

CATEGORIES = shipped_plan("campus").categories
NOW = 1_800_000_000_000_000


def filed(**changes: Any) -> Filed:
    fields: dict[str, Any] = {
        "category": "hydrant_damaged",
        "where": Where(device="hydrant-07"),
        "actor": "p-west",
        "seen": NOW,
    }
    return Filed(**fields | changes)


def test_a_report_brings_its_categorys_grade_and_deadline() -> None:
    """SE-06 in part: damaged and no water are categories that a person can report."""
    assert checked(filed(), CATEGORIES, NOW).grade == "serious"
    assert checked(filed(category="hydrant_no_water"), CATEGORIES, NOW).due_minutes == 480


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"category": "nonsense"}, "category"),
        ({"category": "equipment_expires"}, "category"),
        ({"where": Where()}, "where"),
        ({"where": Where(device="a", place="b")}, "where"),
        ({"seen": NOW + AHEAD + 1}, "seen"),
        ({"seen": NOW - OLDEST - 1}, "seen"),
        ({"category": "other_hazard"}, "words"),
    ],
)
def test_a_report_that_cannot_be_taken_says_which_part(changes: Any, field: str) -> None:
    with pytest.raises(ReportRefusedError) as refused:
        checked(filed(**changes), CATEGORIES, NOW)
    assert [fault.field for fault in refused.value.faults] == [field]


def test_a_subject_is_named_by_what_it_is() -> None:
    assert Where(device="hydrant-07").subject == "hydrant-07"
    assert Where(place="gate").subject == "place:gate"
    assert Where(point=(1.26, 2)).subject == "point:1.3,2.0"
