"""Series: thinning and rolling up keep every peak, and what is stored comes back exactly."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from edge.columns import Reading
from hub.live.series import RAW_SPAN, Column, step_for, thin
from ingest import clock
from tests.hub.make import RunningHub, commit_readings, store_readings
from tests.ingest.make import roll_up

SECOND = 1_000_000
MINUTE_S = 60
DAY_S = 86_400


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


@given(st.timedeltas(timedelta(1), timedelta(400)), st.integers(2, 10_000), st.floats(0, DAY_S))
def test_the_step_is_the_least_by_which_a_span_fits(
    span: timedelta, points: int, start_s: float
) -> None:
    step_s = step_for(span, points)
    assert DAY_S % step_s == 0
    length = span.total_seconds()
    stretches = (start_s + length) // step_s - start_s // step_s + 1
    assert stretches <= points or step_s == DAY_S
    finer = [width for width in (60, 300, 3600, 21_600) if width < step_s]
    assert all(length / width > points - 1 for width in finer)


@pytest.fixture
def month(hub: RunningHub) -> tuple[RunningHub, int, Column, Column]:
    """30 days of pressure every 20 minutes with a dip and a day of silence; when they begin."""
    start = clock.now() // SECOND - 30 * DAY_S
    time = np.arange(start, start + 30 * DAY_S, 20 * MINUTE_S, dtype=np.float64)
    value = 0.3 + np.arange(len(time)) % 8 / 64
    value[np.searchsorted(time, start + 27 * DAY_S)] = 0.05
    silent = (time > start + 25 * DAY_S) & (time < start + 26 * DAY_S)
    time, value = time[~silent], value[~silent]
    readings = [
        Reading("hydrant-07", "pressure", int(at) * SECOND, v)
        for at, v in zip(time.tolist(), value.tolist(), strict=True)
    ]
    commit_readings(hub.database_url, *readings)
    roll_up(hub.database_url)
    return hub, start, time, value


@pytest.mark.parametrize(("days", "step_s"), [(7, 1800), (30, 7200)])
def test_weeks_are_told_in_stretches_that_keep_every_peak(
    month: tuple[RunningHub, int, Column, Column], days: int, step_s: int
) -> None:
    hub, start, time, value = month
    asked = span((start + (30 - days) * DAY_S) * SECOND, days * DAY_S)
    series = hub.get("/api/devices/hydrant-07/series", quantity="pressure", **asked)
    assert series["step_s"] == step_s
    assert len(series["time"]) <= 600
    assert min(series["low"]) == 0.05
    expected: list[dict[str, Any]] = []
    first = (start + (30 - days) * DAY_S) // step_s * step_s
    for begin in range(first, start + 30 * DAY_S, step_s):
        within = value[(time >= begin) & (time < begin + step_s)]
        if len(within):  # a stretch without readings is left out
            least, most = within.min(), within.max()
            expected.append({"time": begin, "value": within.mean(), "low": least, "high": most})
    for column in ("time", "value", "low", "high"):
        assert series[column] == pytest.approx([row[column] for row in expected])


def test_up_to_27_hours_a_series_is_the_readings_themselves(
    month: tuple[RunningHub, int, Column, Column],
) -> None:
    hub, start, _, _ = month
    path, seconds = "/api/devices/hydrant-07/series", RAW_SPAN.total_seconds()
    day = hub.get(path, quantity="pressure", **span(start * SECOND, seconds))
    assert (day["step_s"], day["time"][0], len(day["time"])) == (None, start, 27 * 3 + 1)
    more = hub.get(path, quantity="pressure", **span(start * SECOND, seconds + 1))
    assert more["step_s"] == 300


def test_a_series_reaches_over_400_days_by_days_and_no_farther(
    month: tuple[RunningHub, int, Column, Column],
) -> None:
    hub, start, _, _ = month
    path, first = "/api/devices/hydrant-07/series", (start - 370 * DAY_S) * SECOND
    year = hub.get(path, quantity="pressure", points=100, **span(first, 400 * DAY_S))
    assert year["step_s"] == DAY_S
    assert min(year["low"]) == 0.05
    asked = {"quantity": "pressure", **span(first, 400 * DAY_S + 1)}
    answer = hub.client.get(path, params=asked)
    assert (answer.status_code, answer.json()["errors"][0]["field"]) == (422, "query.to")


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
