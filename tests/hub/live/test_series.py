"""Series: thinning keeps every peak, and what is stored comes back exactly."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from edge.columns import Reading
from hub.live.series import thin
from ingest import clock
from tests.hub.make import RunningHub, store_readings

SECOND = 1_000_000


@given(
    st.lists(st.tuples(st.floats(0, 1e9), st.floats(-1e6, 1e6)), min_size=1, max_size=300),
    st.integers(2, 50),
)
def test_a_thinned_series_is_short_ordered_and_keeps_its_extremes(
    rows: list[tuple[float, float]], points: int
) -> None:
    time, value = (np.array(column) for column in zip(*sorted(rows), strict=True))
    kept_time, kept_value = thin(time, value, points)
    assert len(kept_time) == len(kept_value) <= points
    assert (np.diff(kept_time) >= 0).all()
    assert (kept_value.min(), kept_value.max()) == (value.min(), value.max())
    assert set(zip(kept_time, kept_value, strict=True)) <= set(zip(time, value, strict=True))


def test_a_single_dip_among_many_readings_stays() -> None:
    time = np.arange(100_000, dtype=float)
    value = np.full(100_000, 0.3)
    value[54_321] = 0.01
    kept_time, kept_value = thin(time, value, 600)
    assert kept_time[kept_value < 0.1].tolist() == [54_321.0]


@pytest.fixture
def measured(hub: RunningHub) -> tuple[RunningHub, int]:
    """Ten minutes of pressure, one value every second, with one dip and one value missing."""
    start = clock.now() // SECOND * SECOND - 600 * SECOND
    values = [0.3] * 600
    values[333] = 0.05
    values[400] = float("nan")
    readings = [
        Reading("hydrant-07", "pressure", start + n * SECOND, v) for n, v in enumerate(values)
    ]
    store_readings(hub.database_url, *readings)
    return hub, start


def span(start: int, seconds: float) -> dict[str, str]:
    until = start + int(seconds * SECOND)
    return {"from": clock.moment(start).isoformat(), "to": clock.moment(until).isoformat()}


def test_a_device_gives_its_series(measured: tuple[RunningHub, int]) -> None:
    hub, start = measured
    path = "/api/devices/hydrant-07/series"
    series = hub.get(path, quantity="pressure", **span(start, 3))
    assert series == {
        "device": "hydrant-07",
        "quantity": "pressure",
        "unit": "MPa",
        "time": [start / SECOND + n for n in range(4)],
        "value": [0.3] * 4,
        "step_s": None,
        "low": None,
        "high": None,
    }
    whole = hub.get(path, quantity="pressure", points=20, **span(start, 600))
    assert len(whole["value"]) <= 20
    assert min(whole["value"]) == 0.05
    every = hub.get(path, quantity="pressure", points=1000, **span(start, 600))
    assert len(every["value"]) == 599


def test_an_unmeasured_quantity_is_an_empty_series(measured: tuple[RunningHub, int]) -> None:
    hub, start = measured
    path = "/api/devices/hydrant-07/series"
    assert hub.get(path, quantity="flow", **span(start, 600))["time"] == []
    assert hub.get(path, quantity="pressure", **span(start - 9_000 * SECOND, 1))["value"] == []


@pytest.mark.parametrize(
    ("device", "change", "status"),
    [
        ("hydrant-99", {}, 404),
        ("no device!", {}, 422),
        ("hydrant-07", {"to": "2020-01-01T00:00:00Z"}, 422),
        ("hydrant-07", {"to": "2999-01-01T00:00:00Z"}, 422),
        ("hydrant-07", {"from": "yesterday"}, 422),
        ("hydrant-07", {"from": "2026-01-01T00:00:00"}, 422),
        ("hydrant-07", {"points": "1"}, 422),
        ("hydrant-07", {"from": "9999-12-31T00:00:00Z", "to": "9999-12-31T01:00:00Z"}, 422),
        ("hydrant-07", {"from": "0001-01-01T00:00:00Z", "to": "0001-01-01T01:00:00Z"}, 422),
        ("hydrant-07", {"quantity": "\0"}, 422),
    ],
)
def test_a_series_asked_wrongly_is_refused(
    hub: RunningHub, device: str, change: dict[str, str], status: int
) -> None:
    asked = {"quantity": "pressure", **span(clock.now(), 60), **change}
    answer = hub.client.get(f"/api/devices/{device}/series", params=asked)
    assert answer.status_code == status, answer.text
    assert answer.headers["content-type"] == "application/problem+json"
