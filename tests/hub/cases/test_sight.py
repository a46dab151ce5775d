"""Cases and what hangs on them are there for those of their grids and whom they wait for."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import psycopg
import pytest
from psycopg import AsyncConnection

from hub.escalation.store import draw
from hub.letters.store import write_due
from hub.plans.read import shipped_plan
from ingest import clock
from tests.hub.make import (
    PERSON,
    RunningHub,
    anomaly,
    in_transaction,
    load,
    raise_case,
    running_hub,
)

PLAN = shipped_plan("campus")
WEST, EAST, CHIEF = "p-west", "p-east", "p-chief"


@pytest.fixture(scope="module")
def hub(module_database_url: str) -> Iterator[RunningHub]:
    """1: a hydrant in the west. 2: one in the east. 3: a door in the west; the east helps."""
    url = module_database_url
    load(url)
    with running_hub(url) as running:
        for device in ("hydrant-07", "hydrant-08"):
            report = {"category": "hydrant_damaged", "where": {"device": device}, "words": "Gone."}
            assert running.client.post("/api/reports", json=report).status_code == 201
        raise_case(url, anomaly(rule="door", kind="door_forced"))

        async def follow(conn: AsyncConnection[Any]) -> None:
            await write_due(conn, clock.now(), plan=PLAN)
            await draw(conn, PLAN)

        in_transaction(url, follow)
        with psycopg.connect(url) as conn:
            conn.execute("update hub.cases set assist = '{p-east}' where id = 3")
            conn.execute("insert into hub.day_lists values ('2026-01-01', now(), now())")
            conn.execute(
                "insert into hub.day_list_items (day, case_id, grid, stage, lack) select"
                " '2026-01-01', id, grid, stage, 'not_cleared' from hub.cases"
            )
        yield running


def ask(hub: RunningHub, person: str, path: str, **params: Any) -> Any:
    answer = hub.client.get(path, params=params, headers={PERSON: person})
    assert answer.status_code == 200, answer.text
    return answer.json()


@pytest.mark.parametrize(
    ("person", "asked", "found"),
    [
        (WEST, {}, [3, 1]),
        (EAST, {}, [3, 2]),
        (CHIEF, {}, [3, 2, 1]),
        (EAST, {"state": "all", "cursor": 3}, [2]),
        (EAST, {"grid": "C-1"}, [3]),
        (EAST, {"owner": WEST}, [3]),
        (EAST, {"search": "hydrant-07"}, [3]),
        (WEST, {"search": "hydrant-08"}, []),
    ],
)
def test_lists_and_counts_are_of_what_one_may_read(
    hub: RunningHub, person: str, asked: dict[str, Any], found: list[int]
) -> None:
    """GR-23 in part, PR-01 in part: whatever is filtered and searched for."""
    page = ask(hub, person, "/api/cases", **asked)
    assert [case["id"] for case in page["items"]] == found
    if "cursor" not in asked and "owner" not in asked and "search" not in asked:
        assert page["counts"]["open"] == len(found)
        assert sum(page["counts"]["by_kind"].values()) == len(found)


def test_a_page_has_a_next_one_only_of_what_one_may_read(hub: RunningHub) -> None:
    assert ask(hub, EAST, "/api/cases", limit=1)["next"] == "3"
    assert ask(hub, EAST, "/api/cases", limit=1, cursor=3)["next"] is None


@pytest.mark.parametrize("what", ["letters", "timers", "day"])
def test_what_hangs_on_cases_is_cut_as_they_are(hub: RunningHub, what: str) -> None:
    """GR-23 in part"""
    path = {"letters": "/api/letters", "timers": "/api/timers", "day": "/api/day-lists/2026-01-01"}
    cases = {WEST: {1, 3}, EAST: {2, 3}, CHIEF: {1, 2, 3}}
    for person, seen in cases.items():
        found = {one["case_id"] for one in ask(hub, person, path[what])["items"]}
        assert found == (seen - {3} if what == "letters" else seen)
        (day,) = ask(hub, person, "/api/day-lists")["items"]
        assert day["not_cleared"] == len(seen)


@pytest.mark.parametrize(
    ("method", "path", "body"),
    [
        ("GET", "/api/cases/{}", None),
        ("GET", "/api/cases/{}/timers", None),
        ("GET", "/api/cases/{}/file.pdf", None),
        ("GET", "/api/cases/{}/file.zip", None),
        ("POST", "/api/cases/{}/steps", {"action": "accept"}),
        ("POST", "/api/cases/{}/evidence", {"photos": ["5f" * 32]}),
        ("POST", "/api/cases/{}/pictures", {"device": "camera-01"}),
        ("GET", "/api/letters/{}.html", None),
        ("POST", "/api/letters/{}/receipts", {"event": "read"}),
    ],
)
def test_what_lies_elsewhere_is_as_if_it_were_not_there(
    hub: RunningHub, method: str, path: str, body: Any
) -> None:
    """GR-23 in part: an outsider is answered as for an id that nothing has."""

    def answer(person: str, number: int) -> tuple[int, str]:
        headers = {PERSON: person}
        got = hub.client.request(method, path.format(number), json=body, headers=headers)
        kind = got.headers["content-type"]
        return got.status_code, got.json()["type"] if "problem" in kind else ""

    assert answer(EAST, 1) == answer(EAST, 99)
    assert answer(EAST, 1)[0] == 404
    if "file" not in path:
        assert answer(WEST, 1)[0] != 404


def test_who_helps_reads_and_brings_evidence_but_does_no_more(hub: RunningHub) -> None:
    file = ask(hub, EAST, "/api/cases/3")
    assert [one["action"] for one in file["possible"] if one["yours"]] == ["come"]
    photos = {"photos": ["5f" * 32]}
    sent = hub.client.post("/api/cases/3/evidence", json=photos, headers={PERSON: EAST})
    assert sent.status_code == 422  # only for want of the photo


def test_a_picture_of_a_case_elsewhere_is_not_shown(hub: RunningHub) -> None:
    for person, kind in ((EAST, "no-such-case"), (WEST, "no-such-picture")):
        got = hub.client.get("/api/cases/1/pictures/one.jpg", headers={PERSON: person})
        assert (got.status_code, got.json()["type"].rsplit(":", 1)[-1]) == (404, kind)


def test_a_case_goes_to_nobody_of_a_grid_beside(hub: RunningHub) -> None:
    """GR-23 in part: people that one does not know are as if they were not there."""
    answers = [hub.step(1, "dispatch", person=WEST, to=to).json() for to in (EAST, "p-none", CHIEF)]
    assert answers[0]["errors"] == answers[1]["errors"]
    assert answers[0]["errors"][0]["field"] == "body.to"
    assert "errors" not in answers[2]
