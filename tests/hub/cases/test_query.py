"""Which cases a page of the list holds, asked over HTTP."""

from __future__ import annotations

from typing import Any

import pytest

from tests.hub.make import RunningHub, anomaly, raise_case


@pytest.fixture
def cases(hub: RunningHub) -> RunningHub:
    """1: low pressure in the west, closed. 2: the same in the east. 3: a door in the west."""
    raise_case(hub.database_url, anomaly())
    for action, note in (("accept", ""), ("dispatch", ""), ("handle", "Opened."), ("verify", "Ok")):
        hub.step(1, action, note)
    assert hub.step(1, "close", "Gauge read.").status_code == 200
    raise_case(hub.database_url, anomaly("hydrant-08"))
    raise_case(hub.database_url, anomaly(rule="door", kind="door_forced"))
    return hub


def ids(hub: RunningHub, **asked: Any) -> list[int]:
    return [case["id"] for case in hub.get("/api/cases", **asked)["items"]]


@pytest.mark.parametrize(
    ("asked", "found"),
    [
        ({}, [3, 2]),
        ({"state": "closed"}, [1]),
        ({"state": "all"}, [3, 2, 1]),
        ({"state": "all", "grid": "C-1"}, [3, 1]),
        ({"state": "all", "grid": "C"}, [3, 2, 1]),
        ({"kind": "door_forced"}, [3]),
        ({"state": "all", "owner": "p-west"}, [3, 1]),
        ({"owner": "p-east"}, [2]),
        ({"state": "all", "search": "west SPOT"}, [3, 1]),
        ({"search": "示例 east"}, [2]),
        ({"search": "Warden East"}, [2]),
        ({"state": "all", "search": "-000001"}, [1]),
        ({"search": "nowhere|door_forced west"}, [3]),
        ({"search": "50% (a+)+ \\"}, []),
        ({"state": "all", "cursor": 3, "grid": "C-1"}, [1]),
    ],
)
def test_the_list_holds_what_is_asked_for(
    cases: RunningHub, asked: dict[str, Any], found: list[int]
) -> None:
    assert ids(cases, **asked) == found


@pytest.mark.parametrize(
    "asked", [{"grid": "\0"}, {"search": "\0"}, {"owner": "\0"}, {"kind": "no kind"}]
)
def test_what_no_case_can_hold_is_a_problem_of_the_request(
    hub: RunningHub, asked: dict[str, Any]
) -> None:
    answer = hub.client.get("/api/cases", params=asked)
    assert answer.status_code == 422, answer.text
    assert answer.json()["errors"][0]["field"] == f"query.{next(iter(asked))}"
