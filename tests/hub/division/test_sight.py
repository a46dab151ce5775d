"""The division is told to those whose grids it is: below all, above names, beside nothing."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import httpx
import psycopg
import pytest

from hub.division.domain import Change, division_of
from hub.division.sight import not_theirs, seen_of
from hub.rights.domain import Actor
from tests.hub.make import PERSON, SITE, RunningHub, load, running_hub

WEST, EAST, CHIEF = "p-west", "p-east", "p-chief"


@pytest.fixture(scope="module")
def hub(module_database_url: str) -> Iterator[RunningHub]:
    """Proposal 1: the west's warden leaves. A post there is vacant, a border there is wrong."""
    load(module_database_url)
    with running_hub(module_database_url) as running:
        order = {"person": WEST, "kind": "dismissed", "successor": EAST, "reason": "never came"}
        made = post(running, "/api/departures", order, CHIEF)
        assert (made.status_code, made.json()["id"]) == (201, 1), made.text
        with psycopg.connect(module_database_url) as conn:
            conn.execute(
                "insert into hub.vacancies (grid, post, person, kind, reason, proposal, since)"
                " values ('C-1', 'warden', 'p-west', 'dismissed', 'x', 1, now())"
            )
            conn.execute(
                "insert into hub.grid_findings (key, kind, grid, subject, text, area_m2, shape,"
                " since) values ('k', 'gap', 'C-1', 'C-1', 'a gap', 1, '[]', now())"
            )
        yield running


def get(hub: RunningHub, path: str, person: str) -> httpx.Response:
    return hub.client.get(path, headers={PERSON: person})


def post(hub: RunningHub, path: str, body: dict[str, Any], person: str) -> httpx.Response:
    return hub.client.post(path, json=body, headers={PERSON: person})


def kind(answer: httpx.Response) -> tuple[int, str]:
    return answer.status_code, answer.json()["type"]


def test_of_the_grids_above_names_and_holders_of_those_beside_nothing(hub: RunningHub) -> None:
    """GR-23 in part"""
    lines = {one["code"]: one for one in get(hub, "/api/grids", EAST).json()}
    assert set(lines) == {"C", "C-2"}
    assert (lines["C"]["load"], lines["C"]["warden"]["id"]) == (None, CHIEF)
    assert lines["C-2"]["load"]["area_m2"] == 10_000
    drawn = get(hub, "/api/grids.geojson", EAST).json()["features"]
    assert [one["id"] for one in drawn] == ["C", "C-2"]
    assert get(hub, "/api/grids/C-2", EAST).json()["neighbours"] == []
    paths = ("/api/grids", "/api/grids.geojson", "/api/grids/C-2", "/api/grid-problems")
    for path in (*paths, "/api/proposals", "/api/suggestions", "/api/vacancies"):
        answer = get(hub, path, EAST)
        assert answer.status_code == 200, answer.text
        assert "west" not in answer.text.lower()
        assert "C-1" not in answer.text


@pytest.mark.parametrize(("path", "key"), [("grid-problems", "findings"), ("vacancies", None)])
def test_what_is_wrong_is_told_where_it_is(hub: RunningHub, path: str, key: str | None) -> None:
    for person, grids in ((WEST, ["C-1"]), (CHIEF, ["C-1"]), (EAST, [])):
        found = get(hub, f"/api/{path}", person).json()
        assert [one["grid"] for one in (found if key is None else found[key])] == grids


@pytest.mark.parametrize(
    ("path", "seen"),
    [
        ("/api/grids/C-1", {WEST, CHIEF}),
        ("/api/grids/C", {CHIEF}),
        ("/api/grids/C/holder", {WEST, EAST, CHIEF}),
        ("/api/grids/C-1/holder", {WEST, CHIEF}),
        ("/api/proposals/1", {WEST, CHIEF}),
    ],
)
def test_what_lies_elsewhere_is_as_if_it_were_not_there(
    hub: RunningHub, path: str, seen: set[str]
) -> None:
    """GR-23 in part: inside, outside and above."""
    nothing = path.replace("C-1", "C-9").replace("/C/", "/C-9/").replace("s/1", "s/99")
    nothing = nothing.removesuffix("/C") + "/C-9" if nothing.endswith("/C") else nothing
    for person in (WEST, EAST, CHIEF):
        answer = get(hub, path, person)
        if person in seen:
            assert answer.status_code == 200
        else:
            assert kind(answer) == kind(get(hub, nothing, person))
            assert answer.status_code == 404


def test_nobody_decides_on_what_they_are_not_told(hub: RunningHub) -> None:
    refuse = {"decision": "refuse"}
    answers = [post(hub, f"/api/proposals/{one}/decision", refuse, EAST) for one in (1, 99)]
    assert kind(answers[0]) == kind(answers[1])
    assert answers[0].status_code == 404
    assert post(hub, "/api/proposals/1/decision", refuse, WEST).status_code == 403


def test_nobody_elsewhere_is_made_to_leave_or_to_follow(hub: RunningHub) -> None:
    order = {"kind": "dismissed", "reason": "x"}
    for wrong in (
        {"person": WEST},
        {"person": "p-none"},
        {"person": EAST, "successor": WEST},
        {"person": EAST, "successor": "p-none"},
    ):
        answer = post(hub, "/api/departures", order | wrong, EAST)
        named = wrong.get("successor", wrong["person"])
        assert answer.status_code == 409
        assert answer.json()["detail"] == f"nobody of the site has the id {named}"


def test_who_was_told_a_part_proposes_changes_of_that_part(hub: RunningHub) -> None:
    """GR-23 in part: what they were not told of stays; what is not theirs is not changed."""
    drawn = get(hub, "/api/grids.geojson", EAST).json()
    before = get(hub, "/api/proposals", CHIEF).json()

    def propose(code: str) -> httpx.Response:
        features = [
            one | {"properties": one["properties"] | ({"live": False} if one["id"] == code else {})}
            for one in drawn["features"]
        ]
        order = {"reason": "rests", "geojson": drawn | {"features": features}}
        return post(hub, "/api/proposals", order, EAST)

    assert propose("C").status_code == 404
    assert get(hub, "/api/proposals", CHIEF).json() == before
    made = propose("C-2")
    assert made.json()["changes"] == [{"grid": "C-2", "what": "changed"}], made.text
    file = get(hub, f"/api/proposals/{made.json()['id']}", CHIEF).json()
    assert {one["code"]: one["warden"]["id"] for one in file["after"]} == {
        "C": CHIEF, "C-1": WEST, "C-2": EAST,
    }  # fmt: skip


@pytest.mark.parametrize(
    ("changes", "refused"),
    [
        ([Change("C-1", "held")], []),
        ([Change("C-1", "redrawn"), Change("C-2", "redrawn")], []),
        ([Change("C-2", "redrawn")], ["C-2"]),
        ([Change("C-1", "redrawn"), Change("C-2", "held")], ["C-2"]),
        ([Change("C-1", "redrawn"), Change("C", "redrawn")], ["C"]),
    ],
)
def test_a_border_is_of_both_sides(changes: list[Change], refused: list[str]) -> None:
    """GR-08: who works at a border may propose to move it; somebody above decides."""
    actor = Actor(1, WEST, WEST, {"grids.propose": frozenset({"C-1"})})
    assert not_theirs(actor, SITE, division_of(SITE), changes) == refused
    assert seen_of(actor, "grids.propose", SITE.grids).known == {"C", "C-1"}
