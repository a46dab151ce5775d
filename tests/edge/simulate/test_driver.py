from __future__ import annotations

import time
from collections import Counter
from collections.abc import Iterator
from itertools import pairwise

import pytest

from edge.columns import Reading
from edge.sample import Driver, Sample
from edge.simulate.clock import SECOND
from edge.simulate.driver import SimulatedDriver
from edge.simulate.world import World
from edge.wire import Direction

AGENTS = ("west", "east")


def _polled(driver: Driver, start: int, seconds: float, rhythm_ms: list[int]) -> Iterator[Sample]:
    """Samples of a driver polled in a repeated rhythm from just before `start`."""
    driver.poll(start - 1)
    now, turn, end = start, 0, start + int(seconds * SECOND)
    while now < end:
        now = min(end, now + rhythm_ms[turn % len(rhythm_ms)] * 1000)
        turn += 1
        yield from driver.poll(now)


def _streams(samples: Iterator[Sample]) -> dict[object, list[object]]:
    """What each device said, in order, whatever samples carried it."""
    streams: dict[object, list[object]] = {}
    for sample in samples:
        for reading in sample.readings:
            streams.setdefault((reading.device, reading.quantity), []).append(reading)
        for swipe in sample.swipes:
            streams.setdefault((swipe.reader, "swipe"), []).append(swipe)
        for state in sample.states:
            streams.setdefault((state.device, "state"), []).append(state)
    return streams


@pytest.mark.parametrize("agent", AGENTS)
@pytest.mark.parametrize("speed", [1.0, 12.5])
def test_the_same_is_sent_however_it_is_polled(
    world: World, morning: int, agent: str, speed: float
) -> None:
    def run(rhythm_ms: list[int]) -> dict[object, list[object]]:
        driver = SimulatedDriver(world, agent, morning, speed)
        return _streams(_polled(driver, morning, 70 / speed, rhythm_ms))

    steady, hectic, rare = run([200]), run([1, 733, 20, 407]), run([9_999])
    assert steady == hectic == rare
    assert len(steady) > 200


def test_both_agents_together_read_every_device_but_the_cameras(world: World, morning: int) -> None:
    drivers = [SimulatedDriver(world, agent, morning) for agent in AGENTS]
    assert sum(driver.devices for driver in drivers) == 300
    heard = {
        device for driver in drivers for device, _ in _streams(_polled(driver, morning, 61, [1000]))
    }
    assert heard == {device.id for device in world.devices if device.kind != "camera"}


def test_after_a_restart_it_goes_on_from_now(world: World, morning: int) -> None:
    restart = morning + 40 * SECOND
    fresh = _streams(_polled(SimulatedDriver(world, "west", morning), morning, 60, [100]))
    again = _streams(_polled(SimulatedDriver(world, "west", morning), restart, 20, [100]))
    for name, stream in again.items():
        assert stream == [item for item in fresh[name] if item.time >= restart]


def test_a_driver_first_polled_before_the_origin_misses_nothing(world: World, morning: int) -> None:
    early = SimulatedDriver(world, "east", morning)
    assert list(early.poll(morning - 3 * SECOND)) == []
    assert list(early.poll(morning - 1)) == []
    (sample,) = early.poll(morning)
    assert all(reading.time == morning for reading in sample.readings)


def test_event_times_are_unique_per_device_and_quantity(world: World, morning: int) -> None:
    for speed in (1.0, 60.0):
        for agent in AGENTS:
            driver = SimulatedDriver(world, agent, morning, speed)
            for stream in _streams(_polled(driver, morning, 600 / speed, [1000])).values():
                times = [item.time for item in stream]
                assert len(set(times)) == len(times)


def test_alarms_and_doors_are_urgent_and_the_rest_is_not(world: World, morning: int) -> None:
    urgent: Counter[str] = Counter()
    door_readers = {
        reader.id
        for door in world.of_kind("door")
        for reader in world.of_kind("reader")
        if reader.place == door.place
    }
    for agent in AGENTS:
        driver = SimulatedDriver(world, agent, morning)
        for sample in _polled(driver, morning, 120, [250]):
            assert {swipe.reader in door_readers for swipe in sample.swipes} <= {sample.urgent}
            if sample.urgent:
                assert not sample.states
                assert [r.time for r in sample.readings] == sorted(r.time for r in sample.readings)
                urgent.update(f"{r.quantity}={r.value:g}" for r in sample.readings)
    assert set(urgent) == {"alarm=1", "open=1", "open=0"}
    assert urgent["alarm=1"] == 2


def test_a_poll_brings_at_most_one_sample_per_urgency(world: World, morning: int) -> None:
    driver = SimulatedDriver(world, "east", morning)
    driver.poll(morning - 1)
    for second in range(1, 120):
        kinds = [sample.urgent for sample in driver.poll(morning + second * SECOND)]
        assert kinds in ([], [False], [True], [True, False])


def test_readings_keep_to_their_rhythm(world: World, morning: int) -> None:
    streams = _streams(_polled(SimulatedDriver(world, "west", morning), morning, 30, [100]))
    report_s = {device.id: device.report_s for device in world.devices}
    for (device, quantity), stream in streams.items():
        if quantity in ("pressure", "flow", "obscuration"):
            times = [item.time for item in stream]
            gaps = {b - a for a, b in pairwise(times)}
            silent = quantity == "obscuration" and len(times) < 6
            assert silent or gaps == {int(report_s[device] * SECOND)}


@pytest.mark.parametrize("at_night", [False, True])
def test_people_swipe_at_any_hour(world: World, morning: int, night: int, at_night: bool) -> None:
    origin = night if at_night else morning
    swipes = [
        swipe
        for agent in AGENTS
        for sample in _polled(SimulatedDriver(world, agent, origin), origin, 240, [1000])
        for swipe in sample.swipes
    ]
    assert len(swipes) >= 12
    ways = {swipe.reader.rsplit("-", 1)[1]: swipe.direction for swipe in swipes}
    assert ways == {"in": Direction.IN, "out": Direction.OUT}
    assert all(origin <= swipe.time <= origin + 240 * SECOND for swipe in swipes)


def test_a_poll_is_cheap(world: World, morning: int) -> None:
    driver = SimulatedDriver(world, "west", morning)
    driver.poll(morning - 1)
    spent: list[float] = []
    for turn in range(1, 301):
        started = time.thread_time()
        list(driver.poll(morning + turn * 100_000))
        spent.append(time.thread_time() - started)
    assert sorted(spent)[150] < 0.005


def test_a_clock_that_steps_back_sends_nothing_twice(world: World, morning: int) -> None:
    driver = SimulatedDriver(world, "west", morning)
    driver.poll(morning - 1)
    first = [r for s in driver.poll(morning + 10 * SECOND) for r in s.readings]
    assert list(driver.poll(morning + 5 * SECOND)) == []
    later = [r for s in driver.poll(morning + 12 * SECOND) for r in s.readings]
    assert first
    assert later
    assert min(r.time for r in later) > morning + 10 * SECOND
    assert not set(first) & set(later)


def test_after_a_long_sleep_it_catches_up_in_bearable_pieces(world: World, morning: int) -> None:
    slept, awake = (SimulatedDriver(world, "east", morning) for _ in range(2))
    slept.poll(morning - 1)
    waking = morning + 120 * SECOND
    pieces = [list(slept.poll(waking)) for _ in range(6)]
    assert max(sum(len(sample) for sample in piece) for piece in pieces) < 5000
    assert pieces[5] == []
    caught_up = _streams(sample for piece in pieces for sample in piece)
    assert caught_up == _streams(_polled(awake, morning, 120, [1000]))


@pytest.mark.parametrize("agent", ["cameras", "history", "north"])
def test_other_agents_are_refused(world: World, morning: int, agent: str) -> None:
    with pytest.raises(ValueError, match=f"agent '{agent}' reads no simulated sensors"):
        SimulatedDriver(world, agent, morning)


def test_values_are_plain_numbers(world: World, morning: int) -> None:
    driver = SimulatedDriver(world, "west", morning)
    for sample in _polled(driver, morning, 6, [500]):
        for reading in sample.readings:
            assert type(reading) is Reading
            assert type(reading.time) is int
            assert type(reading.value) is float
