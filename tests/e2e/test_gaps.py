"""A hole in a device's record on the page: told while it lasts, gone when the data arrives."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import psycopg
import pytest
from playwright.sync_api import Page, expect

import hub
from edge.columns import Reading
from ingest import clock
from tests.hub.gaps.conftest import SECOND, Sender
from tests.hub.make import RunningHub, load, running_hub

pytestmark = [pytest.mark.browser, pytest.mark.slow]

OpenPage = Callable[..., Page]
DIST = Path(hub.__file__).parent / "desk" / "dist"
STEP_MS = 15_000


@pytest.fixture
def desk(database_url: str) -> Iterator[RunningHub]:
    with ThreadPoolExecutor() as aside:  # Playwright keeps a loop of its own in this thread
        aside.submit(load, database_url).result()
    with running_hub(database_url, desk=DIST) as running:
        yield running


@pytest.fixture
def sender(database_url: str) -> Iterator[Sender]:
    with psycopg.connect(database_url, autocommit=True) as conn:
        yield Sender(conn)


def pressures(start: int, seconds: range) -> list[Reading]:
    return [
        Reading("hydrant-07", "pressure", start + second * SECOND, 0.3 + second % 60 / 1000)
        for second in seconds
    ]


def test_a_gap_is_hatched_until_its_data_arrives(
    desk: RunningHub, sender: Sender, open_page: OpenPage
) -> None:
    start = clock.now() - 900 * SECOND
    sender.register_since("hydrant-07", start)
    sender.send(1, *pressures(start, range(0, 301, 5)))
    sender.send(3, *pressures(start, range(420, 900, 5)))
    page = open_page(f"{desk.url}/#/devices/hydrant-07", into=desk.database_url)
    told = page.get_by_test_id("gaps")
    expect(told).to_have_text(re.compile(r"no data \d\d:\d\d:\d\d–\d\d:\d\d:\d\d"), timeout=STEP_MS)
    sender.send(2, *pressures(start, range(305, 420, 5)))
    sender.send(4, *pressures(start, range(900, 906, 5)))
    for at in range(910, 940, 5):
        sender.send(at, *pressures(start, range(300, 420, 5)))
        page.wait_for_timeout(1000)
    expect(told).to_have_count(0, timeout=STEP_MS)


def test_what_is_stale_and_what_never_came_is_marked(
    desk: RunningHub, sender: Sender, open_page: OpenPage
) -> None:
    past = clock.now() - 120 * SECOND
    sender.send(1, *pressures(past, range(0, 60, 5)), received=past)
    sender.send(4, *pressures(past, range(60, 65, 5)), received=past)
    sender.report(evicted=120)
    page = open_page(f"{desk.url}/#/devices", into=desk.database_url)
    row = page.get_by_role("row").filter(has_text="hydrant-07")
    expect(row).to_contain_text(re.compile(r"\d\s*min ago · stale"), timeout=STEP_MS)
    page.goto(f"{desk.url}/#/system")
    expect(page.get_by_test_id("evicted")).to_contain_text("120 items", timeout=STEP_MS)
    expect(page.get_by_role("row").filter(has_text="agent-1")).to_contain_text("2 evicted")
