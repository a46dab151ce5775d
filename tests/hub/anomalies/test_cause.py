from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.anomalies.cause import CAUSES, Seen, likeliest, outlets
from hub.anomalies.domain import Cause


def cause(**seen: Any) -> Cause:
    usual: dict[str, Any] = {"usual": 0.36, "neighbours": 6, "hour": 11, "fall_s": 2.0}
    return likeliest(Seen(**usual | seen))


def test_more_water_than_one_outlet_passes_is_a_burst() -> None:
    """SE-06: 47 L/s at 0.05 MPa need the lateral's full bore."""
    told = cause(pressure=0.05, flow=47.0)
    assert told.name == "burst"
    assert told.evidence["outlets"] == pytest.approx(1.4, abs=0.05)


def test_one_open_outlet_without_a_fire_is_theft_and_near_a_fire_it_is_the_brigade() -> None:
    seen: dict[str, Any] = {"pressure": 0.12, "flow": 44.0, "cap_off": True}
    assert cause(**seen).name == "theft"
    assert cause(**seen, fire_m=80.0).name == "fire_flow"


def test_a_slow_small_loss_behind_a_shut_cap_is_a_leak() -> None:
    assert cause(pressure=0.34, flow=12.0, fall_s=12.0, cap_off=False).name == "leak"


def test_a_dry_hydrant_among_fine_neighbours_is_behind_a_closed_valve() -> None:
    assert cause(pressure=0.0, flow=0.0).name == "closed_valve"


def test_a_sudden_fall_of_many_is_a_burst_where_nothing_is_metered() -> None:
    assert cause(pressure=0.09, fallen=5).name == "burst"


def test_a_hydrant_that_leans_has_burst() -> None:
    assert cause(pressure=0.05, tilt=35.0).name == "burst"


def test_what_is_not_measured_leaves_the_confidence_lower() -> None:
    full = cause(pressure=0.12, flow=44.0, cap_off=True)
    assert cause(pressure=0.12, flow=44.0).confidence < full.confidence


def test_no_flow_rate_is_told_without_a_head() -> None:
    assert outlets(10, 0) is None
    assert "outlets" not in cause(pressure=0.0, flow=3.0).evidence


@given(
    st.builds(
        Seen,
        pressure=st.none() | st.floats(0, 1),
        fall_s=st.none() | st.floats(0, 1e6),
        flow=st.none() | st.floats(0, 200),
        neighbours=st.integers(0, 6),
        fallen=st.integers(0, 6),
        fire_m=st.none() | st.floats(0, 150),
        cap_off=st.none() | st.booleans(),
        tilt=st.none() | st.floats(0, 90),
        hour=st.none() | st.integers(0, 23),
    )
)
def test_there_is_always_a_likeliest_cause_with_its_share(seen: Seen) -> None:
    told = likeliest(seen)
    assert {told.name, told.second} <= set(CAUSES)
    assert told.name != told.second
    assert 0.2 <= told.confidence <= 1
    assert told.second_confidence <= told.confidence
    assert told.confidence + told.second_confidence <= 1.01
