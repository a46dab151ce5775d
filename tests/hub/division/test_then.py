"""Who held this grid at a time, over the API and as a command."""

from __future__ import annotations

import msgspec

from gridwarden.store import holder_at
from hub.sites.domain import Holding
from hub.sites.store import load_site
from ingest import clock
from tests.hub.make import SITE, RunningHub, in_transaction, running_hub

DAY = 86_400_000_000


def change_hands(url: str) -> tuple[str, int]:
    """C-1 was p-west's a day ago and is p-east's now; the moment in between."""
    now = clock.now()
    handed = [
        Holding("C-1", "p-east", exception="a vacancy") if h.grid == "C-1" else h
        for h in SITE.holdings
    ]
    later = msgspec.structs.replace(SITE, holdings=handed)
    in_transaction(url, lambda conn: load_site(conn, SITE, now=now - DAY))
    in_transaction(url, lambda conn: load_site(conn, later, now=now - DAY // 4))
    between = now - DAY // 2
    return clock.moment(between).isoformat(), between


def test_the_holder_of_then_and_of_now_are_told(database_url: str) -> None:
    """GR-09, GR-13: who held this grid at time T, with the three responsible persons."""
    then, between = change_hands(database_url)
    with running_hub(database_url) as hub:
        was = hub.get("/api/grids/C-1/holder", at=then)
        now = hub.get("/api/grids/C-1/holder")
    assert (was["warden"]["id"], now["warden"]["id"]) == ("p-west", "p-east")
    assert was["held_until"] == now["held_since"]
    assert (now["held_until"], now["until"]) == (None, None)
    tiers = {tier: one["id"] for tier, one in was["responsible"].items()}
    assert tiers == {"first": "p-chief", "main": "p-chief", "specific": "p-west"}
    told = holder_at(database_url, "C-1", between)
    assert told.warden is not None
    assert told.warden.name.en == "Warden West"


def test_a_grid_nobody_knew_is_told(hub: RunningHub) -> None:
    """GR-09: an unknown grid, or a time before the first load, is a 404 that says so."""
    for params in ({}, {"at": "2020-01-01T00:00:00Z"}):
        code = "C-9" if not params else "C-1"
        answer = hub.client.get(f"/api/grids/{code}/holder", params=params)
        assert (answer.status_code, answer.json()["title"]) == (404, "There is no such grid")
