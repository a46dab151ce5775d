"""One event seen by several sensors becomes one case."""

from __future__ import annotations

from typing import Any

import msgspec
from psycopg import AsyncConnection

from hub.cases.query import changed_since
from hub.cases.store import StoredCase, read_log
from tests.hub.make import anomaly, in_transaction, raise_case, recover


def all_cases(url: str) -> list[StoredCase]:
    return in_transaction(url, lambda conn: changed_since(conn, 0))


def events(url: str, case: StoredCase) -> list[str]:
    async def read(conn: AsyncConnection[Any]) -> list[str]:
        return [entry.event.event for entry in await read_log(conn, case)]

    return in_transaction(url, read)


def fire(device: str, started: int, **changes: Any) -> Any:
    more = {"rule": "smoke_alarm", "kind": "smoke_alarm", "grade": "emergency"} | changes
    return anomaly(device, started, **more)


def group(*members: Any) -> Any:
    kind: dict[str, Any] = {"rule": "confirmed", "kind": "fire_confirmed", "grade": "emergency"}
    keys = tuple(member.key for member in members)
    return anomaly(members[0].device, members[0].started, members=keys, **kind)


def test_two_detectors_of_one_fire_are_one_case(site_url: str) -> None:
    """SE-04: one event seen by several sensors in one place becomes one case."""
    first, second = fire("smoke-1", 1_000), fire("smoke-2", 2_000)
    whole = group(first, second)
    raise_case(site_url, first)
    raise_case(site_url, whole)
    raise_case(site_url, msgspec.structs.replace(second, part_of=whole.key))
    (case,) = all_cases(site_url)
    assert case.state.kind == "fire_confirmed"
    assert case.state.breaches == {"smoke_alarm", "confirmed", "smoke_alarm@smoke-2"}
    for over in (first, second):
        recover(site_url, over)
        assert not all_cases(site_url)[0].state.recovered
    recover(site_url, whole)
    assert all_cases(site_url)[0].state.recovered
    assert events(site_url, all_cases(site_url)[0]) == [
        *("discovered", "worsened", "joined"),
        *("sensor_recovered", "sensor_recovered", "sensor_recovered"),
    ]


def test_a_detectors_fault_is_one_case_whichever_of_its_signs_comes_first(site_url: str) -> None:
    """SE-04: it calls itself faulty and falls silent: one event, one case."""
    silent = {"rule": "device_silent", "kind": "device_silent"}
    fault = {"rule": "smoke_fault", "kind": "smoke_fault", "supersedes": ("device_silent",)}
    raise_case(site_url, anomaly("smoke-1", 15, **silent))
    raise_case(site_url, anomaly("smoke-1", 60, **fault))
    first = anomaly("smoke-2", 60, **fault)
    raise_case(site_url, first)
    raise_case(site_url, anomaly("smoke-2", 180, part_of=first.key, **silent))
    cases = all_cases(site_url)
    assert {(case.state.kind, case.state.device) for case in cases} == {
        ("smoke_fault", "smoke-1"),
        ("smoke_fault", "smoke-2"),
    }
    assert [events(site_url, case)[1] for case in cases] == ["worsened", "joined"]


def test_cases_that_were_open_already_are_merged_into_the_oldest(site_url: str) -> None:
    """SE-04"""
    alarms = [fire(f"smoke-{number}", number) for number in (1, 2, 3)]
    raise_case(site_url, alarms[0])
    raise_case(site_url, alarms[1])
    whole = group(*alarms)
    raise_case(site_url, whole)
    raise_case(site_url, msgspec.structs.replace(alarms[2], part_of=whole.key))
    cases = {case.id: case for case in all_cases(site_url)}
    assert [case.state.stage for case in cases.values() if case.state.open] == ["discovered"]
    oldest = min(cases)
    assert cases[oldest].state.breaches == {
        *("smoke_alarm", "confirmed", "smoke_alarm@smoke-2", "smoke_alarm@smoke-3")
    }
    merged = next(case for case in cases.values() if case.id != oldest)
    assert events(site_url, merged) == ["discovered", "merged"]
    recover(site_url, alarms[1])
    state = next(case for case in all_cases(site_url) if case.id == oldest).state
    assert "smoke_alarm@smoke-2" not in state.breaches


def test_a_device_of_the_group_that_shows_it_again_opens_no_case_of_its_own(site_url: str) -> None:
    first, second = fire("smoke-1", 1), fire("smoke-2", 2)
    whole = group(first, second)
    for found in (first, whole, msgspec.structs.replace(second, part_of=whole.key)):
        raise_case(site_url, found)
    recover(site_url, second)
    raise_case(site_url, fire("smoke-2", 900))
    (case,) = all_cases(site_url)
    assert "smoke_alarm@smoke-2" in case.state.breaches
    assert case.state.recurrences == 1


def test_after_the_groups_case_was_closed_its_devices_open_cases_of_their_own(
    site_url: str,
) -> None:
    second = msgspec.structs.replace(fire("smoke-2", 2), part_of=77)
    raise_case(site_url, second)
    (case,) = all_cases(site_url)
    assert (case.state.kind, case.state.device) == ("smoke_alarm", "smoke-2")


def test_a_door_that_stays_open_is_told_again_in_the_same_case(site_url: str) -> None:
    """SE-04: held open is told again while it stays, and is over when the door closes."""
    held = {"rule": "door_held_open", "kind": "door_held_open", "grade": "general"}
    times = [anomaly("door-1", started, **held) for started in (1_000, 2_000, 3_000)]
    for told in times:
        raise_case(site_url, told)
    assert not all_cases(site_url)[0].state.recovered
    for told in times:
        recover(site_url, told)
    (case,) = all_cases(site_url)
    assert case.state.recovered
    assert events(site_url, case) == ["discovered", "recurred", "recurred", "sensor_recovered"]


def test_denials_that_follow_an_unknown_card_make_its_case_worse(site_url: str) -> None:
    """SE-04: whoever tries on is one case at that reader, not two."""
    raise_case(site_url, anomaly("reader-01", 1_000, rule="unknown_card", kind="unknown_card"))
    denied: dict[str, Any] = {"rule": "repeated_denials", "kind": "repeated_denials"}
    raise_case(site_url, anomaly("reader-01", 9_000, supersedes=("unknown_card",), **denied))
    (case,) = all_cases(site_url)
    assert (case.state.kind, events(site_url, case)) == (
        "repeated_denials",
        ["discovered", "worsened"],
    )
