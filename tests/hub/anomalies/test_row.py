from __future__ import annotations

from typing import Any

import pytest

from hub.anomalies.row import Row


def test_readings_are_grouped_by_device_in_order_of_arrival(script: Any) -> None:
    told = [(1, "a", 1.0), (2, "b", 2.0), (0, "a", 3.0), (3, "b", 4.0)]
    events = [script.reading(second, name, "pressure", value) for second, name, value in told]
    series = Row(script.batch([script.reading(0, "z", "flow", 9), *events])).series("pressure")
    assert series is not None
    assert series.devices == ["a", "b"]
    assert series.value[series.of(0)].tolist() == [1, 3]
    assert series.value[series.of(1)].tolist() == [2, 4]


@pytest.mark.parametrize("value", [float("nan"), float("inf")])
def test_values_that_are_no_numbers_are_left_out(script: Any, value: float) -> None:
    batch = script.batch([script.reading(0, "a", "pressure", value)])
    assert Row(batch).series("pressure") is None
    assert Row(batch).series("flow") is None


def test_everything_that_a_device_says_is_a_word_of_it(script: Any) -> None:
    events = [
        script.reading(0, "a", "pressure", float("nan")),
        script.swipe(0, "b"),
        script.detection(0, "c", "fire"),
        script.word(0, "d", "fault"),
        script.word(0, "e", "offline"),
        script.word(0, "f", "removed"),
    ]
    assert Row(script.batch(events)).heard.keys() == {"a", "b", "c", "d"}


def test_ingests_note_that_an_agent_is_gone_is_not_spoken_by_the_agent(script: Any) -> None:
    assert Row(script.batch([script.word(0, "edge-1", "online")])).speaker == "edge-1"
    assert Row(script.batch([script.word(0, "edge-1", "offline")])).speaker is None
    assert Row(script.batch([script.word(0, "h", "offline")])).speaker == "edge-1"


def test_times_of_a_device_are_those_of_all_its_quantities(script: Any) -> None:
    events = [
        script.reading(1, "a", "pressure", 0),
        script.reading(2, "b", "pressure", 0),
        script.reading(3, "a", "flow", 0),
    ]
    row = Row(script.batch(events))
    assert row.times_of("a") == [script.micros(1), script.micros(3)]
    assert row.times_of("nobody") == []
