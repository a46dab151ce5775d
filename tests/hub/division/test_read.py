"""The tree of grids, and everything about one grid."""

from __future__ import annotations

import msgspec
import psycopg

from hub.plans.read import shipped_plan
from hub.sites.domain import Duty, Holding, Household, Unit
from hub.sites.rules import GridRules
from hub.sites.store import load_site
from ingest import clock
from tests.hub.make import SITE, RunningHub, anomaly, in_transaction, name, raise_case, running_hub

HOUR = 3_600_000_000


def test_each_grid_tells_who_answers_for_it_and_what_it_carries(database_url: str) -> None:
    """GR-11, GR-17, GR-21: holders, leave, load, neighbours, history of a grid."""
    now = clock.now()
    site = msgspec.structs.replace(
        SITE,
        holdings=[
            Holding("C-1", "p-west", "p-east") if held.grid == "C-1" else held
            for held in SITE.holdings
        ],
        households=[Household("h-1", (10, 10), 4), Household("h-2", (150, 10), 2)],
        duties=[Duty("round", "C-1", name("Round"), every="daily")],
    )
    in_transaction(database_url, lambda conn: load_site(conn, SITE, now=now - HOUR))
    in_transaction(database_url, lambda conn: load_site(conn, site, now=now - HOUR // 2))
    raise_case(database_url, anomaly())
    with psycopg.connect(database_url) as conn:
        conn.execute(
            "insert into hub.leaves (person, starts, ends, reason, state, filed_by, filed,"
            " decided_by, decided) values ('p-west', now() - interval '1 hour',"
            " now() + interval '1 hour', '', 'approved', 'p-west', now(), 'p-chief', now())"
        )
    with running_hub(database_url) as hub:
        lines = {line["code"]: line for line in hub.get("/api/grids")}
        file = hub.get("/api/grids/C-1")
        assert hub.client.get("/api/grids/C-9").status_code == 404
        assert len(hub.get("/api/roles")) > 13
    west, root = lines["C-1"], lines["C"]
    assert (west["warden"]["id"], west["warden_away"]) == ("p-west", True)
    assert (west["answers"]["person"]["id"], west["answers"]["reason"]) == ("p-east", "on_leave")
    assert lines["C-2"]["answers"]["reason"] is None
    assert (west["load"]["people"], west["load"]["open_cases"]) == (4, 1)
    assert (root["load"]["people"], root["load"]["households"]) == (6, 2)
    assert [one["code"] for one in file["neighbours"]] == ["C-2"]
    assert file["devices"] == 3
    assert [one["kind"] for one in file["history"]] == ["grid", "holding", "duty", "holding"]
    assert file["history"][1]["valid_to"] == file["history"][3]["valid_from"]


def test_a_map_is_told_what_lies_in_the_grids_and_which_fixes_lack(database_url: str) -> None:
    """GR-25, GR-14: households and units with their grids, kinds and floors, settled fixes."""
    site = msgspec.structs.replace(
        SITE,
        grids=[msgspec.structs.replace(g, live=False, fixes={"task": "x"}) for g in SITE.grids],
        households=[Household("h-1", (10, 10), 4)],
        units=[Unit("school", name("School"), "school", (150, 10))],
    )
    in_transaction(database_url, lambda conn: load_site(conn, site))
    plan = shipped_plan("campus")
    plan = msgspec.structs.replace(plan, grids=GridRules(fixes="five"))
    with running_hub(database_url, plan=plan) as hub:
        things = hub.get("/api/site/things")
        fixes = hub.get("/api/grids/C-1")["fixes"]
        grid = hub.get("/api/site")["grids"][1]
    assert [(one["id"], one["grid"]) for one in things["households"]] == [("h-1", "C-1")]
    assert [(one["kind"], one["grid"]) for one in things["units"]] == [("school", "C-2")]
    assert {one["name"]: one["settled"] for one in fixes} == {
        "area": True, "staff": True, "duty": False, "task": True, "reward_penalty": False,
    }  # fmt: skip
    assert (grid["kind"], grid["live"], grid["floor"]) == ("ordinary", False, None)


def test_before_a_site_is_loaded_the_answer_says_what_to_do(database_url: str) -> None:
    """GR-01: nothing to divide yet."""
    with running_hub(database_url) as hub:
        for path in (
            "/api/grids",
            "/api/grid-problems",
            "/api/grids.geojson",
            "/api/grids/C",
            "/api/site/things",
        ):
            answer = hub.client.get(path)
            assert (answer.status_code, "site load" in answer.json()["detail"]) == (404, True)


def test_grid_codes_that_are_none_are_refused(hub: RunningHub) -> None:
    """GR-01: no stranger text reaches the store."""
    assert hub.client.get("/api/grids/%27%3B").status_code == 422
