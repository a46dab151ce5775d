"""A desk's load is measured as EEMUA 191 does."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.anomalies.load import WINDOW, Load, load_of

MINUTE = 60_000_000


def test_a_quiet_hour_and_an_upset() -> None:
    steady = [10 * MINUTE * number for number in range(6)]
    upset = [31 * MINUTE + second * 1_000_000 for second in range(12)]
    assert load_of(steady, 60 * MINUTE) == Load(6, 1.0, 1, None, 0.0)
    load = load_of([*upset, *steady], 60 * MINUTE, [31 * MINUTE])
    assert (load.alarms, load.average, load.most, load.after_upset) == (18, 3.0, 13, 13)
    assert 0 < load.flooded < 0.5


def test_no_alarms_are_no_load() -> None:
    assert load_of([], WINDOW, [0]) == Load(0, 0.0, 0, 0, 0.0)
    with pytest.raises(ValueError, match="must be positive"):
        load_of([], 0)


@given(st.lists(st.integers(0, 10 * WINDOW), max_size=60))
def test_the_worst_ten_minutes_are_those_that_counting_finds(times: list[int]) -> None:
    counted = max((sum(a <= b < a + WINDOW for b in times) for a in times), default=0)
    load = load_of(times, 10 * WINDOW, times)
    assert (load.most, load.after_upset) == (counted, counted if times else None)
