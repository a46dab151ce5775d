"""Members who leave: posts, open cases and vacancies."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest

from hub.division.departure import Departure, Vacancy, vacancies, without
from hub.division.domain import division_of
from hub.sites.domain import Holding, Name, Person
from hub.sites.store import load_site
from tests.hub.division.test_proposals import decide
from tests.hub.make import SITE, RunningHub, anomaly, in_transaction, raise_case, running_hub

STAFFED = msgspec.structs.replace(
    SITE,
    people=[*SITE.people, Person("p-new", Name("New", "新人"), "warden")],
    holdings=[
        Holding("C", "p-chief"),
        Holding("C-1", "p-west", "p-east"),
        Holding("C-2", "p-east", main="p-west"),
    ],
)


@pytest.fixture
def staffed(database_url: str) -> str:
    """The small site with a stand-in in the west and somebody without a post."""
    in_transaction(database_url, lambda conn: load_site(conn, STAFFED))
    return database_url


def leave(hub: RunningHub, by: str = "p-chief", **order: Any) -> Any:
    body = {"person": "p-west", "kind": "dismissed", "reason": "never came", **order}
    return hub.client.post("/api/departures", json=body, headers={"X-Gridwarden-Person": by})


def case_of(hub: RunningHub, number: int = 0) -> Any:
    return hub.get(f"/api/cases/{hub.get('/api/cases')['items'][number]['id']}")


def holdings(document: Any) -> dict[str, tuple[str, str | None]]:
    return {held.grid: (held.warden, held.stand_in) for held in document.holdings}


def test_without_a_successor_the_stand_in_moves_up_and_a_vacancy_is_raised(staffed: str) -> None:
    """GR-27, GR-28: proposed, approved from above, then cases go over with the reason."""
    raise_case(staffed, anomaly())
    with running_hub(staffed) as hub:
        made = leave(hub, by="p-east").json()
        assert made["departure"]["kind"] == "dismissed"
        assert case_of(hub)["case"]["owner"]["id"] == "p-west"
        assert hub.get("/api/vacancies") == []
        assert decide(hub, made["id"], "approve", "p-east").status_code == 403
        assert decide(hub, made["id"], "approve", "p-chief").status_code == 200
        found = case_of(hub)
        assert found["case"]["owner"]["id"] == "p-east"
        last = found["log"][-1]
        assert (last["event"], last["data"]["reason"], last["note"]) == (
            "handed_over",
            "dismissed",
            "never came",
        )
        (vacant,) = hub.get("/api/vacancies")
        assert (vacant["grid"], vacant["post"], vacant["filled"]) == ("C-1", "stand_in", None)
        assert vacant["person"]["id"] == "p-west"
        held = {line["code"]: line for line in hub.get("/api/grids")}
        assert (held["C-1"]["warden"]["id"], held["C-1"]["stand_in"]) == ("p-east", None)


def test_one_out_one_in(staffed: str) -> None:
    """GR-27: a successor takes all posts and all open cases; a vacancy ends when it is filled."""
    raise_case(staffed, anomaly())
    with running_hub(staffed) as hub:
        first = leave(hub, by="p-east").json()["id"]
        decide(hub, first, "approve", "p-chief")
        second = leave(
            hub, by="p-east", person="p-east", kind="transferred", successor="p-new", reason="moved"
        ).json()
        assert decide(hub, second["id"], "approve", "p-chief").status_code == 200
        found = case_of(hub)
        assert found["case"]["owner"]["id"] == "p-new"
        assert found["log"][-1]["data"]["reason"] == "transferred"
        site = hub.get("/api/site")
        assert {grid["warden"] for grid in site["grids"]} == {"p-chief", "p-new"}
        assert len(hub.get("/api/vacancies")) == 1


def test_a_proposal_with_another_holder_takes_the_cases_along(staffed: str) -> None:
    """GR-27: whoever is replaced by an approved proposal keeps no open case of that grid."""
    raise_case(staffed, anomaly())
    other = [
        Holding("C-1", "p-new", "p-east") if held.grid == "C-1" else held
        for held in STAFFED.holdings
    ]
    site = msgspec.to_builtins(msgspec.structs.replace(STAFFED, holdings=other))
    with running_hub(staffed) as hub:
        made = hub.client.post(
            "/api/proposals",
            json={"reason": "rotation", "site": site},
            headers={"X-Gridwarden-Person": "p-west"},
        ).json()
        assert decide(hub, made["id"], "approve", "p-chief").status_code == 200
        found = case_of(hub)
    assert found["case"]["owner"]["id"] == "p-new"
    assert (found["log"][-1]["data"]["reason"], found["log"][-1]["note"]) == (
        "replaced",
        "rotation",
    )


@pytest.mark.parametrize(
    ("order", "status", "words"),
    [
        ({"person": "p-new"}, 409, "changes no grid and no holder"),
        ({"person": "p-none"}, 409, "nobody of the site"),
        ({"successor": "p-west"}, 409, "another person"),
        ({"person": "p-chief"}, 409, "name a successor"),
        ({"reason": " "}, 409, "why the member leaves"),
        ({"kind": "bored"}, 422, ""),
    ],
)
def test_a_departure_that_says_nothing_is_refused(
    staffed: str, order: dict[str, str], status: int, words: str
) -> None:
    """GR-27: with reason, of a member, to another person."""
    with running_hub(staffed) as hub:
        answer = leave(hub, **order)
    assert answer.status_code == status
    assert words in answer.json()["detail"]


def test_a_grid_that_nobody_is_left_for_is_vacant() -> None:
    """GR-27: without stand-in and successor the holding ends; tiers forget who left."""
    old = division_of(STAFFED)
    gone = Departure(person="p-east", kind="replaced")
    new = without(old, gone)
    assert holdings(new) == {"C": ("p-chief", None), "C-1": ("p-west", None)}
    assert vacancies(old, new, gone) == [Vacancy("C-1", "stand_in"), Vacancy("C-2", "warden")]
    west = without(old, Departure(person="p-west", kind="replaced", successor="p-new"))
    assert holdings(west)["C-1"] == ("p-new", "p-east")
    assert {held.grid: held.main for held in west.holdings}["C-2"] == "p-new"
