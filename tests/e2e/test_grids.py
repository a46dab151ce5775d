"""The Grids view in a browser: the division repaired, leave on a phone, floors, a member leaves."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import msgspec
import pytest
from playwright.sync_api import Page, expect

from hub.page import BUILT
from hub.plans.read import shipped_plan
from hub.sites.domain import SiteDocument, read_document
from hub.sites.store import load_site
from ingest import clock
from tests.hub.make import (
    SITE,
    RunningHub,
    anomaly,
    box,
    in_transaction,
    raise_case,
    running_hub,
)
from tests.hub.signing import sign_in

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.timeout(180)]

OpenPage = Callable[..., Page]
STEP_MS = 15_000
DORMITORY = Path(__file__).parents[2] / "docs/examples/dormitory.json"
HOUR = 3_600_000_000


@pytest.fixture
def gapped(database_url: str) -> Iterator[RunningHub]:
    """The small site, whole an hour ago and since then with a gap of ten metres in the middle."""
    grids = [
        msgspec.structs.replace(grid, boundary=box(0, 90)) if grid.code == "C-1" else grid
        for grid in SITE.grids
    ]
    later = msgspec.structs.replace(SITE, grids=grids)
    now = clock.now()
    _load(database_url, SITE, now - 2 * HOUR)
    _load(database_url, later, now - HOUR)
    with running_hub(database_url, BUILT, shipped_plan("campus")) as hub:
        yield hub


@pytest.fixture
def dormitory(database_url: str) -> Iterator[RunningHub]:
    """The dormitory of the documents: floors one above the other."""
    _load(database_url, read_document(DORMITORY.read_text()), clock.now() - HOUR)
    with running_hub(database_url, BUILT, shipped_plan("campus")) as hub:
        yield hub


def _load(url: str, document: SiteDocument, at: int) -> None:
    _apart(
        lambda: in_transaction(url, lambda conn: load_site(conn, document, unfinished=True, now=at))
    )


def _apart(work: Callable[[], object]) -> None:
    """In a thread of its own: the browser's driver runs an event loop in this one."""
    with ThreadPoolExecutor(1) as thread:
        thread.submit(work).result()


def become(page: Page, hub: RunningHub, person: str) -> None:
    """Let another person sit down before the same page."""
    sign_in(page, hub.url, hub.database_url, person)
    page.reload()


def local(hours: float) -> str:
    """So many hours from now, as the browser's field of date and time wants it."""
    then = clock.moment(clock.now() + round(hours * HOUR)).astimezone()
    return then.strftime("%Y-%m-%dT%H:%M")


def test_a_gap_is_seen_and_closed_by_a_proposal(
    gapped: RunningHub, open_page: OpenPage, tmp_path: Path
) -> None:
    """GR-05, GR-06, GR-08, GR-09, GR-25: drawn, listed, proposed, decided."""
    page = open_page(
        f"{gapped.url}#/grids?part=problems",
        refused=(404,),
        into=gapped.database_url,
        person="p-west",
    )
    expect(page.locator("[data-testid=problem-shape][data-kind=gap]")).to_have_count(
        1, timeout=STEP_MS
    )
    expect(page.get_by_test_id("finding")).to_contain_text("1000")

    drawn = gapped.get("/api/grids.geojson")
    for feature in drawn["features"]:
        if feature["id"] == "C-1":
            feature["geometry"]["coordinates"] = [[*box(0, 100), (0, 0)]]
    file = tmp_path / "grids.geojson"
    file.write_text(json.dumps(drawn))
    page.get_by_test_id("part-proposals").click()
    page.get_by_test_id("propose-file").set_input_files(file)
    page.get_by_test_id("propose-reason").fill("Close the gap")
    page.get_by_test_id("propose").click()
    expect(page.locator("[data-testid=compared][data-what=redrawn]")).to_have_count(
        1, timeout=STEP_MS
    )

    expect(page.get_by_test_id("decide-withdraw")).to_be_visible()
    expect(page.get_by_test_id("decide-approve")).to_have_count(0)
    become(page, gapped, "p-chief")
    page.get_by_test_id("decide-approve").click()
    expect(page.get_by_test_id("proposal-state")).to_have_text("approved", timeout=STEP_MS)
    page.get_by_test_id("part-problems").click()
    expect(page.locator("[data-testid=problem-shape]")).to_have_count(0, timeout=STEP_MS)

    page.get_by_test_id("part-tree").click()
    page.locator("[data-testid=grid-row][data-code=C-1]").click()
    panel = page.get_by_test_id("grid-panel")
    expect(panel).to_contain_text("3 versions", timeout=STEP_MS)
    page.get_by_test_id("held-at").fill(local(-1.5))
    page.get_by_test_id("held-at").press("Enter")
    expect(page.get_by_test_id("held-then")).to_contain_text("Warden West", timeout=STEP_MS)
    page.get_by_test_id("held-at").fill("2020-01-01T08:00")
    expect(page.get_by_test_id("held-then")).to_contain_text("no such grid", timeout=STEP_MS)


def test_leave_is_filed_and_approved_on_a_phone(gapped: RunningHub, open_page: OpenPage) -> None:
    """GR-11, GR-28: in Chinese, on 390 pixels; the tree then says who answers."""
    page = open_page(
        f"{gapped.url}#/grids?part=leave",
        width=390,
        height=844,
        locale="zh-CN",
        into=gapped.database_url,
        person="p-west",
    )
    page.get_by_test_id("leave-from").fill(local(-1))
    page.get_by_test_id("leave-to").fill(local(8))
    page.get_by_test_id("leave-file").click()
    row = page.get_by_test_id("leave")
    expect(row).to_have_attribute("data-state", "filed", timeout=STEP_MS)
    expect(page.get_by_test_id("leave-withdraw")).to_be_visible()
    expect(page.get_by_test_id("leave-approve")).to_have_count(0)
    become(page, gapped, "p-chief")
    page.get_by_test_id("leave-approve").click()
    expect(row).to_have_attribute("data-state", "approved", timeout=STEP_MS)
    wider = "document.documentElement.scrollWidth > document.documentElement.clientWidth"
    assert page.evaluate(wider) is False
    page.get_by_test_id("part-tree").click()
    line = page.locator("[data-testid=grid-row][data-code=C-1]")
    expect(line).to_contain_text("请假", timeout=STEP_MS)
    expect(line).to_contain_text("Chief（示例）负责")


def test_floors_and_layers_can_be_chosen(dormitory: RunningHub, open_page: OpenPage) -> None:
    """GR-16, GR-25: floors one above the other, households and water sources turned on and off."""
    page = open_page(f"{dormitory.url}#/grids", into=dormitory.database_url)
    floor = page.get_by_test_id("floor")
    expect(floor).to_have_value("1", timeout=STEP_MS)
    cell = page.locator("path[data-code=dorm-1-f1]")
    expect(cell).to_have_count(1)
    floor.select_option("3")
    expect(cell).to_have_count(0)
    expect(page.locator("path[data-code=dorm-1-f3]")).to_have_count(1)
    page.get_by_test_id("layers").locator("summary").click()
    expect(page.get_by_test_id("houses")).to_have_count(0)
    page.get_by_test_id("layer-houses").check()
    expect(page.get_by_test_id("houses")).to_have_count(1)
    page.get_by_test_id("layer-water").check()
    expect(page.locator("[data-layer=water]")).to_have_count(1)
    page.get_by_test_id("layer-water").uncheck()
    expect(page.locator("[data-layer=water]")).to_have_count(0)


def test_a_member_leaves_and_the_open_case_goes_over(
    gapped: RunningHub, open_page: OpenPage
) -> None:
    """GR-26, GR-27, GR-28: proposed, approved, the case has another owner; a letter is signed."""
    _apart(lambda: raise_case(gapped.database_url, anomaly()))
    page = open_page(f"{gapped.url}#/grids?part=staff", into=gapped.database_url, person="p-west")
    page.get_by_test_id("departure-person").select_option("p-west")
    page.get_by_test_id("departure-kind").select_option("dismissed")
    page.get_by_test_id("departure-reason").fill("Never came")
    page.get_by_test_id("departure").click()
    expect(page.get_by_test_id("departing")).to_contain_text("dismissed", timeout=STEP_MS)
    become(page, gapped, "p-chief")
    page.get_by_test_id("decide-approve").click()
    expect(page.get_by_test_id("proposal-state")).to_have_text("approved", timeout=STEP_MS)
    (case,) = gapped.get("/api/cases")["items"]
    assert case["owner"]["id"] == "p-chief"
    page.get_by_test_id("part-staff").click()
    expect(page.get_by_test_id("vacancies")).to_contain_text("Never came", timeout=STEP_MS)

    page.get_by_test_id("letter-grid").select_option("C-2")
    page.get_by_test_id("letter-goals").fill("No fire with casualties")
    page.get_by_test_id("letter-expires").fill("2099-12-31")
    page.get_by_test_id("letter-file").click()
    become(page, gapped, "p-east")
    page.get_by_test_id("letter-sign").click()
    expect(page.get_by_test_id("letter")).to_contain_text("signed", timeout=STEP_MS)
    expect(page.get_by_test_id("unsigned")).not_to_contain_text("C-2")
