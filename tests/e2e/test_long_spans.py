"""Weeks of a device on the page: means with their range, holes, and the new among the old."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import msgspec
import psycopg
import pytest
from playwright.sync_api import Page, expect

import hub
from edge.columns import Reading
from hub.sites.domain import Device
from hub.sites.store import load_site
from ingest import clock
from tests.hub.make import SITE, RunningHub, commit_readings, in_transaction, running_hub
from tests.ingest.make import roll_up

pytestmark = [pytest.mark.browser, pytest.mark.slow]

OpenPage = Callable[..., Page]
DIST = Path(hub.__file__).parent / "desk" / "dist"
SECOND = clock.SECOND
MINUTE = 60 * SECOND
DAY = 1440 * MINUTE
REPORT = 20 * MINUTE
STEP_MS = 15_000

MEAN = re.compile(r"0\.31\d\sMPa \(0\.250 – 0\.375\)")
DEVICES = [
    Device("hydrant-07", "hydrant", "west-spot", (50, 50), "agent-1", REPORT / SECOND),
    Device("smoke-01", "smoke", "west-spot", (60, 50), "agent-1", REPORT / SECOND),
]


def weeks(now: int) -> list[Reading]:
    """30 days of pressure, two values every 20 minutes, and of an alarm that rang one day.

    The tenth day before the last has no pressure.
    """
    newest = (now - 2 * MINUTE) // REPORT * REPORT
    times = range(newest - 30 * DAY, newest + 1, REPORT)
    heard = [at for at in times if not now - 10 * DAY < at < now - 9 * DAY]
    return [
        *(Reading("hydrant-07", "pressure", at, 0.25) for at in heard),
        *(Reading("hydrant-07", "pressure", at + MINUTE, 0.375) for at in heard),
        *(Reading("smoke-01", "alarm", at, float(at // DAY == now // DAY - 7)) for at in times),
    ]


@pytest.fixture
def desk(database_url: str) -> Iterator[RunningHub]:
    site = msgspec.structs.replace(SITE, devices=DEVICES)
    with ThreadPoolExecutor() as aside:  # Playwright keeps a loop of its own in this thread
        aside.submit(in_transaction, database_url, lambda conn: load_site(conn, site)).result()
    now = clock.now()
    with psycopg.connect(database_url) as conn:
        conn.execute("update devices set first_seen = %s", [clock.moment(now - 31 * DAY)])
    commit_readings(database_url, *weeks(now))
    roll_up(database_url)
    with running_hub(database_url, desk=DIST) as running:
        yield running


def choose(page: Page, window: str) -> None:
    page.get_by_role("button", name=window, exact=True).click()


@pytest.mark.parametrize("width", [1440, 390])
def test_weeks_show_means_with_their_range_and_the_hole_between_them(
    desk: RunningHub, open_page: OpenPage, width: int
) -> None:
    page = open_page(f"{desk.url}/#/devices/hydrant-07", width=width, into=desk.database_url)
    choose(page, "7 d")
    caption = page.locator("figcaption")
    expect(caption).to_contain_text("mean (range)", timeout=STEP_MS)
    expect(caption).to_contain_text(MEAN)
    expect(page.get_by_test_id("gaps")).to_have_count(0)
    choose(page, "30 d")
    expect(page.get_by_test_id("gaps")).to_have_text(
        re.compile(r"no data \d\d-\d\d \d\d:\d\d–\d\d-\d\d \d\d:\d\d"), timeout=STEP_MS
    )
    expect(caption).to_contain_text(MEAN)


def test_a_new_value_does_not_become_the_mean(desk: RunningHub, open_page: OpenPage) -> None:
    page = open_page(f"{desk.url}/#/devices/hydrant-07", locale="zh-CN", into=desk.database_url)
    choose(page, "7天")
    caption = page.locator("figcaption")
    expect(caption).to_contain_text("均值（范围）", timeout=STEP_MS)
    commit_readings(desk.database_url, Reading("hydrant-07", "pressure", clock.now(), 0.05))
    expect(page.locator("dd").first).to_contain_text("0.050", timeout=STEP_MS)
    expect(caption).to_contain_text(MEAN)


def test_an_alarm_of_a_night_is_seen_among_weeks(desk: RunningHub, open_page: OpenPage) -> None:
    page = open_page(f"{desk.url}/#/devices/smoke-01", into=desk.database_url)
    choose(page, "30 d")
    caption = page.locator("figcaption")
    expect(caption).to_contain_text(re.compile(r"\d\d-\d\d \d\d:\d\d–\d\d:\d\d"), timeout=STEP_MS)
    box = page.locator(".u-over").bounding_box()
    assert box is not None
    told: set[str] = set()
    for x in range(0, int(box["width"]), 3):
        page.mouse.move(box["x"] + x, box["y"] + box["height"] / 2)
        told.add(caption.locator("b").inner_text())
    assert "ALARM" in told
    assert "quiet" in told
