"""Gaps, overlaps and unassigned grids: found on every change, held against somebody if lasting."""

from __future__ import annotations

import time
from datetime import datetime

import msgspec
import psycopg
import pytest

from hub.division.findings import check_division, open_findings, open_violations, violations
from hub.division.watch import next_night
from hub.plans.read import shipped_plan
from hub.sites.domain import Household, SiteDocument, Unit
from hub.sites.rules import GridRules
from hub.sites.store import SiteRefusedError, load_site
from ingest import clock
from tests.hub.make import SITE, box, in_transaction, name, running_hub

HOUR = 3_600_000_000
RULES = GridRules(blank_hours=24)


def unfinished() -> SiteDocument:
    """C-2 begins ten metres late and has no warden; a household lies in the gap."""
    grids = [
        msgspec.structs.replace(grid, boundary=box(110, 200)) if grid.code == "C-2" else grid
        for grid in SITE.grids
    ]
    return msgspec.structs.replace(
        SITE,
        grids=grids,
        holdings=[holding for holding in SITE.holdings if holding.grid != "C-2"],
        households=[Household("h-1", (105, 50), 4)],
        units=[Unit("shop-1", name("Shop"), "shop", (20, 20))],
    )


def load(url: str, document: SiteDocument) -> None:
    in_transaction(url, lambda conn: load_site(conn, document, unfinished=True))


def check(url: str, now: int) -> int:
    return in_transaction(url, lambda conn: check_division(conn, RULES, now))


def test_only_who_says_so_loads_a_territory_with_blanks(database_url: str) -> None:
    """GR-05, GR-06: refused by default; a thing in a gap belongs to the grid around it."""
    with pytest.raises(SiteRefusedError, match="gap of 1000 m²"):
        in_transaction(database_url, lambda conn: load_site(conn, unfinished()))
    load(database_url, unfinished())
    with psycopg.connect(database_url) as conn:
        rows = conn.execute("select id, grid from hub.households union select id, grid from"
                            " hub.units order by 1").fetchall()  # fmt: skip
    assert rows == [("h-1", "C"), ("shop-1", "C-1")]


def test_what_lies_outside_of_the_site_is_never_accepted(database_url: str) -> None:
    """GR-05: nobody could answer for it."""
    lost = msgspec.structs.replace(SITE, households=[Household("h-1", (500, 50))])
    with pytest.raises(SiteRefusedError, match="h-1 at"):
        load(database_url, lost)


def test_a_blank_that_lasts_is_held_against_the_person_responsible(database_url: str) -> None:
    """GR-05, GR-06, GR-10: found with its shape, a violation after the limit, then mended."""
    load(database_url, unfinished())
    start = clock.now()
    assert check(database_url, start) == 3
    assert check(database_url, start + HOUR) == 3

    def ask(work: object) -> list[dict[str, object]]:
        return in_transaction(database_url, work)  # type: ignore[arg-type]

    found = {row["kind"]: row for row in ask(open_findings)}
    assert set(found) == {"gap", "unassigned", "nowhere"}
    assert (found["gap"]["grid"], found["gap"]["area_m2"]) == ("C", 1000)
    assert found["gap"]["since"] == clock.moment(start)
    ring = found["gap"]["shape"]
    assert isinstance(ring, list)
    assert sorted({point[0] for point in ring[0]}) == [100, 110]

    def late(hours: float) -> int:
        now = start + round(hours * HOUR)
        return in_transaction(database_url, lambda conn: open_violations(conn, RULES, now))

    assert late(23.9) == 0
    assert late(24) == 3
    assert late(25) == 0
    assert {row["person"] for row in ask(violations)} == {"p-chief"}
    load(database_url, SITE)
    assert check(database_url, start + 26 * HOUR) == 0
    assert ask(open_findings) == []
    assert {row["closed"] for row in ask(violations)} == {clock.moment(start + 26 * HOUR)}


def test_an_overlap_is_listed_and_no_blank(database_url: str) -> None:
    """GR-05: overlaps are found; what lies in two grids goes to the lower code."""
    grids = [
        msgspec.structs.replace(grid, boundary=box(90, 200)) if grid.code == "C-2" else grid
        for grid in SITE.grids
    ]
    both = msgspec.structs.replace(SITE, grids=grids, households=[Household("h-1", (95, 50))])
    load(database_url, both)
    start = clock.now()
    assert check(database_url, start) == 2
    rows = in_transaction(database_url, open_findings)
    assert [row["kind"] for row in rows] == ["overlap", "twice"]
    later = start + 100 * HOUR
    assert in_transaction(database_url, lambda conn: open_violations(conn, RULES, later)) == 0


def test_a_running_hub_checks_when_the_site_changes(database_url: str) -> None:
    """GR-05: on every change, within seconds; drawn by what /api/grid-problems tells."""
    load(database_url, SITE)
    with running_hub(database_url, plan=shipped_plan("campus")) as hub:
        assert hub.get("/api/grid-problems")["findings"] == []
        time.sleep(1)
        load(database_url, unfinished())
        began = time.monotonic()
        while not (problems := hub.get("/api/grid-problems"))["findings"]:
            assert time.monotonic() - began < 10
            time.sleep(0.1)
    assert problems["without_member"] == ["C-2"]
    assert {one["kind"] for one in problems["findings"]} == {"gap", "unassigned", "nowhere"}
    (gap,) = (one for one in problems["findings"] if one["kind"] == "gap")
    assert gap["things"] == [{"what": "household", "id": "h-1"}]
    assert gap["violation"] is False
    assert [(one["grid"], one["lacks"]) for one in problems["blind"]] == [
        ("C-1", ["live_device", "report"]),
        ("C-2", ["member", "live_device", "report"]),
    ]


def test_the_nightly_check_comes_at_two(monkeypatch: pytest.MonkeyPatch) -> None:
    """GR-05: once a night by the clock on the wall."""
    monkeypatch.setenv("TZ", "UTC")
    time.tzset()
    for told, night in (
        ("2026-11-22T01:59:59+00:00", "2026-11-22T02:00:00+00:00"),
        ("2026-11-22T02:00:00+00:00", "2026-11-23T02:00:00+00:00"),
    ):
        now = clock.micros(datetime.fromisoformat(told))
        assert next_night(now) == clock.micros(datetime.fromisoformat(night))
    monkeypatch.undo()
    time.tzset()
