"""The registers of units, files and totals stand in the list of registers with their ages."""

from __future__ import annotations

from datetime import timedelta

import psycopg

from ingest import clock
from tests.hub.make import RunningHub

PERSON = {"X-Gridwarden-Person": "p-west"}


def test_each_register_shows_its_age_and_turns_stale_after_ninety_days(hub: RunningHub) -> None:
    """SE-17 in part: registers, ours 90 days."""
    old = clock.moment(clock.now()) - timedelta(days=91)
    with psycopg.connect(hub.database_url) as conn:
        conn.execute(
            "insert into hub.unit_entries (unit, aspect, source, data, actor, at)"
            " values ('mill', 'class', 'declared', '{\"class\": \"general\"}', 'p-west', %s)",
            [old],
        )
    body = {"part": "basics", "source": "declared", "value": "Dormitory"}
    hub.client.post("/api/files/building/block-1/entries", json=body, headers=PERSON)
    found = {one["id"]: one for one in hub.get("/api/registers")["items"]}
    assert (found["unit-classes"]["entries"], found["unit-classes"]["stale"]) == (1, True)
    assert (found["files"]["entries"], found["files"]["stale"]) == (1, False)
    assert found["evacuation"]["entries"] == 0
