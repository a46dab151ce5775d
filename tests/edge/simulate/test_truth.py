"""Truth against the driver: what the one says is what the other sends, and nothing else is."""

from __future__ import annotations

from dataclasses import dataclass, field
from itertools import pairwise

import pytest

from edge.columns import Reading
from edge.simulate.clock import SECOND
from edge.simulate.driver import SimulatedDriver
from edge.simulate.truth import TruthLine, decode_truth, encode_truth, truth
from edge.simulate.world import World
from edge.wire import Micros

MINUTES = 10
LOW, DRY = 0.14, 0.02


@dataclass
class Sent:
    """Everything both agents sent in ten minutes of world time and a little more."""

    origin: Micros
    speed: float
    end: Micros
    lines: list[TruthLine]
    readings: dict[tuple[str, str], list[Reading]] = field(default_factory=dict)
    grants: dict[str, list[Micros]] = field(default_factory=dict)

    def of(self, device: str, quantity: str) -> list[Reading]:
        return self.readings[device, quantity]

    def lines_of(self, *kinds: str) -> list[TruthLine]:
        return [line for line in self.lines if line.kind in kinds]


@pytest.fixture(scope="module", params=[("morning", 1.0), ("night", 1.0), ("morning", 4.0)])
def sent(request: pytest.FixtureRequest, world: World) -> Sent:
    when, speed = request.param
    origin: Micros = request.getfixturevalue(when)
    horizon = MINUTES * 60 / speed
    sent = Sent(origin, speed, origin + int(horizon * SECOND), truth(world, origin, horizon, speed))
    beyond = sent.end + 300 * SECOND
    places = {device.id: device.place for device in world.of_kind("reader")}
    for agent in ("west", "east"):
        driver = SimulatedDriver(world, agent, origin, speed)
        driver.poll(origin - 1)
        for now in range(origin, beyond, SECOND):
            for sample in driver.poll(now):
                for reading in sample.readings:
                    key = (reading.device, reading.quantity)
                    sent.readings.setdefault(key, []).append(reading)
                for swipe in sample.swipes:
                    sent.grants.setdefault(places[swipe.reader], []).append(swipe.time)
    for readings in sent.readings.values():
        readings.sort(key=lambda reading: reading.time)
    return sent


def _inside(line: TruthLine, time: Micros) -> bool:
    assert line.until is not None
    return line.since <= time < line.until


def test_the_first_forty_five_seconds_hold_every_kind_of_case(world: World, morning: int) -> None:
    lines = [line for line in truth(world, morning, 45) if line.expect_case]
    assert {line.kind for line in lines} == {
        *("hydrant_low_pressure", "hydrant_no_water", "smoke_alarm", "device_silent"),
        *("door_forced", "lane_blocked", "camera_fire", "lens_covered"),
    }
    assert {line.cause for line in lines} >= {"burst", "theft", "closed_valve", "fire", "cooking"}


def test_a_pressure_line_starts_and_ends_with_its_reading(sent: Sent) -> None:
    lines = [
        line
        for line in sent.lines_of("hydrant_low_pressure", "hydrant_no_water")
        if line.cause not in ("leak", "hose")
    ]
    assert lines
    for line in lines:
        limit = LOW if line.kind == "hydrant_low_pressure" else DRY
        stay = [r.value for r in sent.of(line.device, "pressure") if _inside(line, r.time)]
        value = {r.time: r.value for r in sent.of(line.device, "pressure")}
        before = max(time for time in value if time < line.since)
        assert value[before] >= limit > value[line.since]
        assert value[line.until] >= limit
        assert sum(one < limit for one in stay) > 0.9 * len(stay)
        assert line.expect_case


def test_a_leak_shows_but_leaves_enough_pressure(sent: Sent) -> None:
    leaks = [line for line in sent.lines if line.cause in ("leak", "hose")]
    assert leaks
    for line in leaks:
        readings = sent.of(line.device, "pressure")
        onset = int(16 / sent.speed * SECOND)
        before = [r.value for r in readings if r.time < line.since - onset][-20:]
        during = [r.value for r in readings if _inside(line, r.time)]
        assert not line.expect_case
        assert min(before) > max(during) > min(during) > LOW


def test_no_pressure_is_beyond_a_limit_without_a_line(sent: Sent) -> None:
    stays: dict[str, list[TruthLine]] = {}
    for line in sent.lines_of("hydrant_low_pressure", "hydrant_no_water"):
        stays.setdefault(line.device, []).append(line)
    for (device, quantity), readings in sent.readings.items():
        if quantity != "pressure":
            continue
        for reading in readings:
            if reading.value < LOW and reading.time < sent.end:
                near = (reading.time - 4 * SECOND, reading.time, reading.time + 4 * SECOND)
                # Who falls dry passes low pressure: a reading or two beside the line.
                assert any(_inside(line, t) for line in stays.get(device, []) for t in near)


def test_the_alarm_bit_is_set_exactly_while_a_line_lasts(sent: Sent) -> None:
    lines = {line.device: line for line in sent.lines_of("smoke_alarm")}
    assert lines
    for line in lines.values():
        bits = {r.time: r.value for r in sent.of(line.device, "alarm")}
        assert bits[line.since] == 1.0
        assert bits[line.until] == 0.0
    for (device, quantity), readings in sent.readings.items():
        if quantity == "alarm":
            for reading in readings:
                if reading.time < sent.end:
                    line = lines.get(device)
                    set_by_truth = line is not None and _inside(line, reading.time)
                    assert (reading.value == 1.0) == set_by_truth


def test_a_forced_door_opens_without_a_grant_and_no_other_does(sent: Sent, world: World) -> None:
    forced = {(line.device, line.since) for line in sent.lines_of("door_forced")}
    assert forced
    places = {door.id: door.place for door in world.of_kind("door")}
    for (door, quantity), readings in sent.readings.items():
        if quantity != "open":
            continue
        was_open = readings[0].value == 1.0
        for reading in readings[1:]:
            opened = reading.value == 1.0 and not was_open
            was_open = reading.value == 1.0
            if not opened or reading.time >= sent.end:
                continue
            granted = any(
                reading.time - 8 * SECOND <= time <= reading.time
                for time in sent.grants.get(places[door], [])
            )
            assert granted != ((door, reading.time) in forced)


def test_a_device_is_silent_from_its_third_missed_report_on(sent: Sent) -> None:
    lines = sent.lines_of("device_silent")
    told = {(line.device, line.until) for line in lines}
    for line in lines:
        times = [r.time for r in sent.of(line.device, "obscuration")]
        assert line.until in times
        assert not any(line.since - 10 * SECOND < time < (line.until or 0) for time in times)
    for (device, quantity), readings in sent.readings.items():
        if quantity == "obscuration":
            for before, after in pairwise(readings):
                if after.time - before.time > 21 * SECOND and before.time < sent.end - 20 * SECOND:
                    assert (device, after.time) in told


def test_lines_are_in_order_within_the_horizon_and_name_known_devices(
    sent: Sent, world: World
) -> None:
    starts = [line.since for line in sent.lines]
    assert starts == sorted(starts)
    assert sent.origin <= starts[0]
    assert starts[-1] < sent.end
    places = {device.id: device.place for device in world.devices}
    assert all(places[line.device] == line.place for line in sent.lines)


def test_a_longer_horizon_only_adds_lines(world: World, morning: int) -> None:
    short, long = truth(world, morning, 600), truth(world, morning, 1200)
    assert long[: len(short)] == short
    assert len(long) > len(short)


def test_a_truth_file_reads_back(world: World, morning: int) -> None:
    lines = truth(world, morning, 120)
    text = encode_truth(lines)
    assert decode_truth(text) == lines
    assert text.count(b"\n") == len(lines)
    assert b'"from":' in text.splitlines()[0]


@pytest.mark.parametrize("hour", range(0, 24, 3))
def test_every_kind_shows_at_any_hour_of_the_day(world: World, morning: int, hour: int) -> None:
    lines = truth(world, morning + hour * 3600 * SECOND, 45)
    assert {line.kind for line in lines if line.expect_case} >= {
        *("hydrant_low_pressure", "hydrant_no_water", "smoke_alarm", "device_silent"),
        *("door_forced", "lane_blocked"),
    }
