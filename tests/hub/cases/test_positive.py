from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.cases.domain import Event
from hub.cases.positive import General, general_alarm
from hub.plans.domain import PositiveAlarm
from hub.plans.read import shipped_plan

TERMS = PositiveAlarm()


def event(second: float, what: Any, **data: Any) -> Event:
    return Event(event=what, at=round(second * 1e6), actor="x", data=data)


def told(*story: tuple[float, str], kind: str = "smoke_alarm") -> tuple[float, str] | None:
    events = [event(0, "discovered", kind=kind), *(event(at, what) for at, what in story)]
    general = general_alarm(events, TERMS)
    return None if general is None else (general.at / 1e6, general.why)


@pytest.mark.parametrize(
    ("story", "due"),
    [
        ([], (15, "not_acknowledged")),
        ([(14.9, "accepted")], (194.9, "investigated")),
        ([(15, "accepted")], (15, "not_acknowledged")),
        ([(5, "accepted"), (9, "dispatched")], (185, "investigated")),
        ([(3, "joined")], (3, "second_detector")),
        ([(5, "accepted"), (60, "worsened")], (60, "second_detector")),
        ([(5, "accepted"), (60, "sensor_recovered")], None),
        ([(60, "sensor_recovered")], (15, "not_acknowledged")),
        ([(5, "sensor_recovered"), (50, "recurred")], (65, "not_acknowledged")),
        ([(5, "accepted"), (60, "closed")], None),
        ([(15, "alarmed")], None),
    ],
)
def test_the_sequence_of_nfpa_72(story: Any, due: Any) -> None:
    """HZ-07: acknowledged within 15 s, looked at for 180 s, overridden by a second detector."""
    assert told(*story) == due


def test_other_cases_have_no_sequence() -> None:
    assert told(kind="camera_fire") is None
    assert general_alarm([], TERMS) is None


def test_it_is_off_in_the_plans_that_are_shipped() -> None:
    assert [shipped_plan(name).positive_alarm for name in ("campus", "demo")] == [None, None]


WORDS = st.sampled_from(
    ["accepted", "dispatched", "noted", "joined", "worsened", "sensor_recovered", "recurred"]
)


@given(st.lists(st.tuples(st.floats(0, 400), WORDS), max_size=8))
def test_no_alarm_that_lasts_waits_longer_than_the_standard_allows(story: Any) -> None:
    """HZ-07: whatever people do; what is due is due, whenever it is asked again."""
    events = [event(0, "discovered", kind="smoke_alarm")]
    events += [event(at, what) for at, what in sorted(story, key=lambda pair: pair[0])]
    known: General | None = None
    for count in range(1, len(events) + 1):
        general = general_alarm(events[:count], TERMS)
        if known is not None and events[count - 1].at >= known.at:
            assert general == known
            continue
        known = general
        if all(one.event != "sensor_recovered" for one in events[:count]):
            assert general is not None
            assert general.at <= 195e6
