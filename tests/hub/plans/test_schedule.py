from __future__ import annotations

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from hub.plans.schedule import Active, local

MONDAY = (2026, 6, 1)


@pytest.mark.parametrize(
    ("active", "at", "holds"),
    [
        (Active(), (*MONDAY, 3), True),
        (Active(hours=(8, 18)), (*MONDAY, 8), True),
        (Active(hours=(8, 18)), (*MONDAY, 18), False),
        (Active(hours=(22, 6)), (*MONDAY, 23), True),
        (Active(hours=(22, 6)), (*MONDAY, 5), True),
        (Active(hours=(22, 6)), (*MONDAY, 6), False),
        (Active(hours=(22, 6), weekdays=["sun"]), (*MONDAY, 5), True),
        (Active(hours=(22, 6), weekdays=["mon"]), (*MONDAY, 5), False),
        (Active(weekdays=["mon", "tue"]), (*MONDAY, 12), True),
        (Active(months=[11, 12, 1]), (*MONDAY, 12), False),
        (Active(hours=(22, 6), months=[5]), (*MONDAY, 5), True),
    ],
)
def test_a_night_belongs_to_the_day_it_began_in(
    active: Active, at: tuple[int, int, int, int], holds: bool
) -> None:
    """SE-04: a rule raises by its hours, weekdays and months."""
    assert active.holds(datetime(*at, tzinfo=UTC)) is holds


def test_hours_are_those_of_the_sites_walls() -> None:
    at = int(datetime(2026, 6, 1, 16, tzinfo=UTC).timestamp() * 1e6)
    assert local(at, ZoneInfo("Asia/Shanghai")).hour == 0
