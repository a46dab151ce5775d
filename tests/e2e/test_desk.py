"""What a newcomer sees: the demo in a browser, a case from its appearance to its close."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from gridwarden.demo.verdict import FIVE_KINDS
from hub.rights.domain import RoleName
from tests.e2e.conftest import Demo
from tests.hub.make import client_of

pytestmark = [
    pytest.mark.alone,
    pytest.mark.browser,
    pytest.mark.slow,
    pytest.mark.timeout(300),
]

OpenPage = Callable[..., Page]
LIVE_MS = 90_000  # the past is carried in first
STEP_MS = 15_000


def enter(page: Page, demo: Demo, role: RoleName) -> None:
    """Sign in with what the demo has printed."""
    account = demo.account(role)
    page.get_by_test_id("name").fill(account.name)
    page.get_by_test_id("password").fill(account.password)
    page.get_by_test_id("enter").click()


def head_of_the_site(demo: Demo) -> dict[str, str]:
    """Let who holds the outermost grid be signed in: every case is theirs to work on."""
    url = demo.running.database_url
    with client_of(url, demo.running.page) as client:
        grids = client.get("/api/site").json()["grids"]
    return {"into": url, "person": next(one["warden"] for one in grids if one["parent"] is None)}


def open_case(page: Page, grade: str) -> None:
    row = page.locator(f"[data-testid=case-row][data-grade={grade}]").first
    row.wait_for(timeout=LIVE_MS)
    row.click()
    page.get_by_test_id("case-panel").wait_for(timeout=STEP_MS)


def take(page: Page, action: str, note: str = "") -> None:
    if note:
        page.get_by_test_id("note").fill(note)
    page.get_by_test_id(f"action-{action}").click()


def state_becomes(page: Page, *states: str) -> None:
    panel = page.get_by_test_id("case-state")
    expect(panel).to_have_attribute("data-state", re.compile("|".join(states)), timeout=STEP_MS)


def test_a_case_appears_without_reloading_and_is_taken_to_closed(
    demo: Demo, open_page: OpenPage
) -> None:
    page = open_page(demo.running.page, **head_of_the_site(demo))
    page.evaluate("window.neverReloaded = true")
    expect(page.get_by_test_id("connection")).to_be_visible(timeout=STEP_MS)
    open_case(page, "emergency")
    assert page.evaluate("window.neverReloaded") is True
    take(page, "accept")
    state_becomes(page, "accepted")
    take(page, "dispatch")
    state_becomes(page, "dispatched")
    take(page, "handle", "Burnt toast in the kitchen; aired the room.")
    state_becomes(page, "handled", "verified")
    if page.get_by_test_id("case-state").get_attribute("data-state") == "handled":
        take(page, "verify", "Seen on the spot: no smoke, no fire.")
    state_becomes(page, "verified")
    take(page, "close", "Seen again: no smoke, no fire.")
    state_becomes(page, "closed")
    log = page.get_by_test_id("case-log").inner_text()
    assert "Burnt toast" in log
    assert page.evaluate("window.neverReloaded") is True


def test_the_page_speaks_chinese(demo: Demo, open_page: OpenPage) -> None:
    page = open_page(demo.running.page, locale="zh-CN", refused=(401,))
    enter(page, demo, "desk")
    page.locator("[data-testid=case-row]").first.wait_for(timeout=LIVE_MS)
    assert page.locator("html").get_attribute("lang") == "zh-CN"
    words = page.locator("body").inner_text()
    assert all(word in words for word in ("值守", "未结", "已发现"))


def test_a_warden_works_a_case_on_a_phone(demo: Demo, open_page: OpenPage) -> None:
    page = open_page(demo.running.page, width=390, height=844, **head_of_the_site(demo))
    open_case(page, "serious")
    wider = "document.documentElement.scrollWidth > document.documentElement.clientWidth"
    assert page.evaluate(wider) is False
    button = page.get_by_test_id("action-accept").bounding_box()
    assert button is not None
    assert button["height"] >= 44
    take(page, "accept")
    state_becomes(page, "accepted")


def test_the_run_is_judged_good_against_the_truth(demo: Demo) -> None:
    code = demo.wait()
    report = demo.report()
    assert code == 0, demo.output()
    assert report["failures"] == []
    assert report["made"] == report["stored"] > 10_000
    assert (report["lost"], report["doubled"]) == (0, 0)
    assert set(FIVE_KINDS) <= set(report["cases_by_kind"])
    assert (report["missed"], report["wrong_holder"]) == ([], [])
    assert report["event_to_case_s"]["alarms"]["p99"] <= 1.0
    assert {"postgres", "broker", "ingest", "hub"} <= set(report["memory_mb"])
    assert report["startup_s"]["page"] < 120
