"""The division changes by proposal and approval, and by nothing else."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path
from typing import Any

import httpx
import msgspec
import psycopg
import pytest

from gridwarden.errors import GridwardenError
from gridwarden.store import (
    all_proposals,
    decide_proposal,
    export_site,
    free_code,
    load_site_file,
    propose_file,
)
from hub.division.domain import Change, division_of, grid_changes, holder_changes
from hub.division.proposals import ProposalError
from hub.division.proposals import decide as take
from hub.sites.domain import SiteDocument
from hub.sites.rules import NO_RULES
from ingest import clock
from tests.hub.make import SITE, RunningHub, box


def moved(at: float) -> SiteDocument:
    """The border between the two leaves of the small site elsewhere."""
    rings = {"C-1": box(0, at), "C-2": box(at, 200)}
    grids = [
        msgspec.structs.replace(grid, boundary=rings.get(grid.code, grid.boundary))
        for grid in SITE.grids
    ]
    return msgspec.structs.replace(SITE, grids=grids)


def propose(hub: RunningHub, body: dict[str, Any], by: str = "p-west") -> httpx.Response:
    return hub.client.post(
        "/api/proposals", json={"reason": "one yard"} | body, headers={"X-Gridwarden-Person": by}
    )


def decide(hub: RunningHub, proposal: int, decision: str, by: str) -> httpx.Response:
    return hub.client.post(
        f"/api/proposals/{proposal}/decision",
        json={"decision": decision, "note": "seen"},
        headers={"X-Gridwarden-Person": by},
    )


def geojson(hub: RunningHub, at: float) -> dict[str, Any]:
    """What the hub exports, with the border moved as in a map program."""
    collection = hub.get("/api/grids.geojson")
    rings = {"C-1": [*box(0, at), (0, 0)], "C-2": [*box(at, 200), (at, 0)]}
    for feature in collection["features"]:
        if feature["id"] in rings:
            feature["geometry"]["coordinates"] = [rings[feature["id"]]]
            feature["properties"]["fill"] = "#ff0000"
    return {"geojson": collection}


def border(hub: RunningHub) -> float:
    return hub.get("/api/grids/C-1")["boundary"][1][0]


def test_a_change_takes_effect_once_a_higher_grid_approves(hub: RunningHub) -> None:
    """GR-08: proposed, checked, stored, approved by another person above, in force, kept."""
    made = propose(hub, geojson(hub, 110)).json()
    assert made["state"] == "proposed"
    assert made["changes"] == [
        {"grid": "C-1", "what": "redrawn"},
        {"grid": "C-2", "what": "redrawn"},
    ]
    assert border(hub) == 100
    for person in ("p-west", "p-east"):
        refused = decide(hub, made["id"], "approve", person)
        assert (refused.status_code, refused.json()["type"][-9:]) == (403, "not-above")
    done = decide(hub, made["id"], "approve", "p-chief").json()
    assert (done["state"], done["decided_by"]["id"], done["note"]) == (
        "approved",
        "p-chief",
        "seen",
    )
    assert border(hub) == 110
    history = hub.get("/api/grids/C-1")["history"]
    assert [one["kind"] for one in history].count("grid") == 2
    assert decide(hub, made["id"], "refuse", "p-chief").status_code == 409
    assert [one["state"] for one in hub.get("/api/proposals")] == ["approved"]


def test_a_proposal_that_leaves_a_gap_is_refused_with_what_is_wrong(hub: RunningHub) -> None:
    """GR-05, GR-08: checked on every change, before it is stored."""
    wanted = geojson(hub, 110)
    wanted["geojson"]["features"][2]["geometry"]["coordinates"] = [[*box(120, 200), (120, 0)]]
    refused = propose(hub, wanted)
    assert refused.status_code == 422
    assert "has a gap of 1000 m²" in refused.json()["detail"]
    assert hub.get("/api/proposals") == []


def test_a_proposal_is_told_with_both_sides_and_what_it_would_bring(hub: RunningHub) -> None:
    """GR-08, GR-25 in part: before and after to be drawn, new warnings, and whether it is stale."""
    made = propose(hub, geojson(hub, 110)).json()
    seen = hub.get(f"/api/proposals/{made['id']}")
    sides = {side: {grid["code"]: grid for grid in seen[side]} for side in ("before", "after")}
    assert [sides[side]["C-1"]["boundary"][1][0] for side in ("before", "after")] == [100, 110]
    assert sides["after"]["C-1"]["warden"]["id"] == "p-west"
    assert (seen["findings"], seen["stale"]) == ([], False)
    other = propose(hub, geojson(hub, 120)).json()
    decide(hub, other["id"], "approve", "p-chief")
    assert hub.get(f"/api/proposals/{made['id']}")["stale"] is True
    done = hub.get(f"/api/proposals/{other['id']}")
    assert {grid["code"]: grid for grid in done["before"]}["C-1"]["boundary"][1][0] == 100
    assert hub.client.get("/api/proposals/99").status_code == 404


@pytest.mark.parametrize(
    ("body", "status"),
    [({}, 422), ({"geojson": {"type": "FeatureCollection"}}, 422), ({"site": {}}, 422)],
)
def test_what_is_no_division_cannot_be_proposed(
    hub: RunningHub, body: dict[str, Any], status: int
) -> None:
    """GR-08: told what to send."""
    assert propose(hub, body).status_code == status


def test_a_proposal_that_changes_nothing_or_is_outrun_is_refused(hub: RunningHub) -> None:
    """GR-08: what was approved is what was seen: another division in between makes it void."""
    assert propose(hub, geojson(hub, 100)).status_code == 409
    first, second = (propose(hub, geojson(hub, at)).json()["id"] for at in (110, 120))
    assert decide(hub, first, "approve", "p-chief").status_code == 200
    late = decide(hub, second, "approve", "p-chief")
    assert (late.status_code, "propose it anew" in late.json()["detail"]) == (409, True)
    assert decide(hub, second, "withdraw", "p-chief").status_code == 403
    assert decide(hub, second, "withdraw", "p-west").json()["state"] == "withdrawn"
    assert decide(hub, 99, "approve", "p-chief").status_code == 404


def test_of_two_approved_at_once_the_second_is_void(hub: RunningHub) -> None:
    """GR-08: none takes the other's change back unseen."""
    first, second = (propose(hub, geojson(hub, at)).json()["id"] for at in (110, 120))

    async def approve(conn: psycopg.AsyncConnection[Any], proposal: int) -> None:
        await take(
            conn, proposal, "approve", by="p-chief", note="", rules=NO_RULES, now=clock.now()
        )

    async def both() -> None:
        connect = psycopg.AsyncConnection[Any].connect
        async with await connect(hub.database_url) as one, await connect(hub.database_url) as other:
            async with one.transaction():
                await approve(one, first)
                late = asyncio.create_task(approve(other, second))
                await asyncio.sleep(0.5)
            with pytest.raises(ProposalError, match="propose it anew"):
                await late

    asyncio.run(both())
    assert border(hub) == 110


def test_a_whole_site_file_larger_than_other_requests_may_be_proposed(hub: RunningHub) -> None:
    """GR-08: sites are large; only their division is taken."""
    households = [{"id": f"h-{n}", "at": [10, 10], "people": 3} for n in range(3000)]
    site = msgspec.to_builtins(moved(110)) | {"households": households}
    assert len(json.dumps(site)) > 64 * 1024
    made = propose(hub, {"site": site})
    assert made.status_code == 201
    decide(hub, made.json()["id"], "approve", "p-chief")
    assert hub.get("/api/grids")[0]["load"]["households"] == 0


def test_without_a_proposal_the_division_stays_fixed(database_url: str, tmp_path: Path) -> None:
    """GR-08: loading a file with other grids is refused; people, places and devices may change."""
    file = tmp_path / "site.json"
    file.write_bytes(msgspec.json.encode(SITE))
    load_site_file(database_url, file)
    load_site_file(database_url, file)
    other = tmp_path / "other.json"
    other.write_bytes(msgspec.json.encode(moved(110)))
    with pytest.raises(GridwardenError, match="site propose"):
        load_site_file(database_url, other)
    fewer = msgspec.structs.replace(SITE, devices=SITE.devices[:2])
    file.write_bytes(msgspec.json.encode(fewer))
    load_site_file(database_url, file)
    load_site_file(database_url, other, divide_anew=True)


def test_the_commands_propose_and_decide_too(database_url: str, tmp_path: Path) -> None:
    """GR-08: export, edit, propose, decide from the command line."""
    file = tmp_path / "site.json"
    file.write_bytes(msgspec.json.encode(SITE))
    load_site_file(database_url, file)
    assert msgspec.json.decode(export_site(database_url, "json"))["site"]["id"] == "sample"
    drawn = tmp_path / "drawn.geojson"
    drawn.write_bytes(
        export_site(database_url, "geojson").replace(b"West\xef\xbc\x88", b"Far west\xef\xbc\x88")
    )
    with pytest.raises(GridwardenError, match="changes no grid"):
        propose_file(database_url, drawn, NO_RULES, by="p-west", reason="x")
    file.write_bytes(msgspec.json.encode(moved(120)))
    with pytest.raises(GridwardenError, match="nobody of the site has the id p-none"):
        propose_file(database_url, file, NO_RULES, by="p-none", reason="x")
    made = propose_file(database_url, file, NO_RULES, by="p-west", reason="x")
    with pytest.raises(GridwardenError, match="another person than p-west"):
        decide_proposal(database_url, made.id, "approve", NO_RULES, by="p-west", note="")
    decide_proposal(database_url, made.id, "approve", NO_RULES, by="p-chief", note="")
    assert [one.state for one in all_proposals(database_url)] == ["approved"]
    grids = msgspec.json.decode(export_site(database_url, "json"))["grids"]
    assert grids[1]["boundary"][1] == [120, 0]


def test_the_next_free_code_is_told_before_and_after_the_first_load(database_url: str) -> None:
    """GR-03: generated from what the site has."""
    assert free_code(database_url, 7, "ordinary") == "007101"
    with pytest.raises(GridwardenError, match="three digits"):
        free_code(database_url, 1000, "ordinary")


def test_the_database_lets_nobody_approve_their_own(site_url: str) -> None:
    """GR-08: another person, also for who goes around the API."""
    statement = (
        "insert into hub.proposals (reason, division, base, changes, proposed_by, proposed, state,"
        " decided_by, decided) values ('', '{}', '', '[]', 'a', now(), 'approved', 'a', now())"
    )
    with psycopg.connect(site_url) as conn, pytest.raises(psycopg.errors.CheckViolation):
        conn.execute(statement)


def test_changes_are_told_grid_by_grid() -> None:
    """GR-08: added, removed, redrawn, moved, changed, held."""
    old, new = division_of(SITE), division_of(moved(110))
    assert grid_changes(old, old) == []
    assert grid_changes(old, new) == [Change("C-1", "redrawn"), Change("C-2", "redrawn")]
    fewer = msgspec.structs.replace(old, grids=old.grids[:2], holdings=old.holdings[:1])
    assert grid_changes(old, fewer) == [Change("C-2", "removed")]
    assert grid_changes(fewer, old) == [Change("C-2", "added")]
    assert holder_changes(old, fewer) == [Change("C-1", "held")]
    closed = [msgspec.structs.replace(g, boundary=[*g.boundary, g.boundary[0]]) for g in old.grids]
    assert grid_changes(old, msgspec.structs.replace(old, grids=closed)) == []
    shuffled = msgspec.structs.replace(old, grids=old.grids[::-1])
    assert shuffled.fingerprint() == old.fingerprint() != new.fingerprint()
