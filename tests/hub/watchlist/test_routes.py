"""The watch list over HTTP, from cases that people handled."""

from __future__ import annotations

from typing import Any

import httpx

from tests.hub.make import RunningHub, anomaly, raise_case, recover

PERSON = {"X-Gridwarden-Person": "p-chief"}


def confirm(hub: RunningHub, times: int) -> list[int]:
    """So many cases at the west spot, each handled and closed."""
    found: list[int] = []
    for _ in range(times):
        one = anomaly()
        raise_case(hub.database_url, one)
        (case,) = hub.get("/api/cases")["items"]
        for action in ("accept", "dispatch"):
            hub.step(case["id"], action)
        recover(hub.database_url, one)
        hub.step(case["id"], "handle", "Valve opened.")
        hub.step(case["id"], "verify", "Seen.")
        assert hub.step(case["id"], "close").status_code == 200
        found.append(case["id"])
    return found


def act(hub: RunningHub, place: str, deed: str, **more: Any) -> httpx.Response:
    headers = dict(PERSON)
    if "key" in more:
        headers["Idempotency-Key"] = more.pop("key")
    body = {"deed": deed, "note": "On the round."} | more
    return hub.client.post(f"/api/watch-list/{place}/acts", json=body, headers=headers)


def test_a_place_with_three_confirmed_cases_is_watched_until_it_is_put_right(
    hub: RunningHub,
) -> None:
    """SE-26: enrolled by itself, patrolled more often, with its rectification."""
    cases = confirm(hub, 2)
    raise_case(hub.database_url, anomaly("hydrant-08"))  # nobody has handled this one
    assert hub.get("/api/watch-list")["items"] == []
    (third,) = hub.get("/api/cases")["items"]
    assert third["device"] == "hydrant-08"
    hub.step(third["id"], "accept")
    raised = anomaly()
    raise_case(hub.database_url, raised)
    mine = next(one for one in hub.get("/api/cases")["items"] if one["device"] == "hydrant-07")
    for action, note in (("accept", ""), ("dispatch", ""), ("handle", "Seal renewed.")):
        hub.step(mine["id"], action, note)
    (watched,) = hub.get("/api/watch-list")["items"]
    assert (watched["place"], watched["why"], watched["grid"]) == ("west-spot", "cases", "C-1")
    assert watched["cases"] == [*cases, mine["id"]]
    assert (watched["patrol_factor"], watched["percent"]) == (2.0, 0)
    assert act(hub, "west-spot", "release").status_code == 409
    assert act(hub, "west-spot", "progress", percent=40).json()["percent"] == 40
    act(hub, "west-spot", "progress", percent=100)
    released = act(hub, "west-spot", "release").json()
    assert (released["patrol_factor"], released["released"] is None) == (1.0, False)
    assert [one["deed"] for one in released["acts"]] == ["release", "progress", "progress"]
    assert hub.get("/api/watch-list")["items"] == []
    assert len(hub.get("/api/watch-list", released=True)["items"]) == 1


def test_a_person_may_put_a_place_on_the_list_once(hub: RunningHub) -> None:
    first, again = (act(hub, "east-spot", "enrol", key="k") for _ in range(2))
    assert first.json() == again.json()
    assert first.json()["why"] == "person"
    assert act(hub, "east-spot", "enrol").status_code == 409
    assert hub.get("/api/watch-list", grid="C-1")["items"] == []
    assert act(hub, "nowhere", "enrol").status_code == 404
    assert act(hub, "east-spot", "progress", percent=101).status_code == 422
