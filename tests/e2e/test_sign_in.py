"""Signing in and out at the page, in a real browser on a real hub and database."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

import httpx
import pytest
from playwright.sync_api import Page, expect

from hub.page import BUILT
from hub.plans.read import shipped_plan
from hub.rights.domain import RoleName
from tests.conftest import Cluster
from tests.hub.make import RunningHub, anomaly, load, raise_case, running_hub
from tests.hub.signing import (
    end_sessions,
    fail_to_sign_in,
    give_password,
    session_in,
    take_session,
)

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.timeout(120)]

OpenPage = Callable[..., Page]
STEP_MS = 15_000
PASSWORD = "a horse in the library"


@pytest.fixture(scope="module")
def hub(cluster: Cluster) -> Iterator[RunningHub]:
    """The small site with a case in each grid; its people sign in with one password."""
    url = cluster.create_migrated()
    load(url)
    for device in ("hydrant-07", "hydrant-08"):
        raise_case(url, anomaly(device))
    for person in ("p-west", "p-chief"):
        give_password(url, person, PASSWORD)
    with running_hub(url, BUILT, shipped_plan("campus")) as running:
        yield running
    cluster.drop(url)


def enter(page: Page, name: str, password: str = PASSWORD) -> None:
    page.get_by_test_id("name").fill(name)
    page.get_by_test_id("password").fill(password)
    page.get_by_test_id("enter").click()


def test_whoever_signs_in_comes_where_they_wanted(hub: RunningHub, open_page: OpenPage) -> None:
    """PR-01 in part: nothing is shown before; a wrong password says so and can be typed again."""
    page = open_page(f"{hub.url}#/grids", refused=(401,))
    expect(page.get_by_test_id("name")).to_be_focused(timeout=STEP_MS)
    expect(page.get_by_test_id("grid-row")).to_have_count(0)
    enter(page, "p-west", "not their password")
    expect(page.get_by_test_id("way-refused")).to_contain_text("wrong", timeout=STEP_MS)
    expect(page.get_by_test_id("password")).to_be_focused()
    page.get_by_test_id("language").click()
    expect(page.get_by_test_id("way-refused")).to_contain_text("密码错误")
    enter(page, "P-West ")
    expect(page.get_by_test_id("grid-row").first).to_be_visible(timeout=STEP_MS)
    expect(page.get_by_test_id("account-menu")).to_contain_text("Warden West")


def test_signing_out_in_one_tab_asks_in_the_other(hub: RunningHub, open_page: OpenPage) -> None:
    """PR-01 in part: the other tab shows nothing more; signed in again, it goes on where it was."""
    page = open_page(f"{hub.url}#/cases/1", refused=(401,), into=hub.database_url, person="p-west")
    page.get_by_test_id("note").fill("Half a sentence")
    other = page.context.new_page()
    other.goto(hub.url)
    other.get_by_test_id("account-menu").click()
    other.get_by_test_id("sign-out").click()
    expect(other.get_by_test_id("sign-in")).to_be_visible(timeout=STEP_MS)
    expect(page.get_by_test_id("session-over")).to_be_visible(timeout=STEP_MS)
    expect(page.get_by_test_id("case-panel")).to_be_hidden()
    expect(page.get_by_test_id("name")).to_have_value("p-west")
    enter(page, "p-west")
    expect(page.get_by_test_id("note")).to_have_value("Half a sentence", timeout=STEP_MS)
    expect(page.get_by_test_id("connection")).to_have_attribute(
        "data-state", "live", timeout=STEP_MS
    )


def test_somebody_else_gets_nothing_of_the_page_before(
    hub: RunningHub, open_page: OpenPage
) -> None:
    """PR-01 in part: a session that is ended elsewhere ends here at once."""
    page = open_page(
        f"{hub.url}#/cases/2", refused=(401, 404), into=hub.database_url, person="p-chief"
    )
    page.get_by_test_id("note").fill("For the chief only")
    end_sessions(hub.database_url, "p-chief")
    expect(page.get_by_test_id("session-over")).to_be_visible(timeout=STEP_MS)
    enter(page, "p-west")
    expect(page.get_by_test_id("account-menu")).to_contain_text("Warden West", timeout=STEP_MS)
    expect(page.get_by_text("For the chief only")).to_have_count(0)


def test_a_warden_sees_the_own_grid_and_no_view_without_a_right(
    hub: RunningHub, open_page: OpenPage
) -> None:
    """GR-12, GR-23 in part: on a phone; an address that is typed says what is missing."""
    page = open_page(
        f"{hub.url}#/system",
        width=390,
        height=844,
        locale="zh-CN",
        into=hub.database_url,
        person="p-west",
    )
    expect(page.get_by_test_id("no-right")).to_contain_text("查看系统状态", timeout=STEP_MS)
    shown = page.locator("nav [data-testid^=tab-]").evaluate_all(
        "tabs => tabs.map(tab => tab.dataset.testid)"
    )
    assert shown == ["tab-cases", "tab-map", "tab-grids", "tab-devices", "tab-registers"]
    page.get_by_test_id("tab-cases").click()
    cases = page.get_by_test_id("case-row")
    expect(cases).to_have_count(1, timeout=STEP_MS)
    expect(cases).to_contain_text("C-1")
    page.get_by_test_id("tab-grids").click()
    expect(page.get_by_test_id("grid-row").first).to_be_visible(timeout=STEP_MS)
    wider = "document.documentElement.scrollWidth > document.documentElement.clientWidth"
    assert page.evaluate(wider) is False


def test_a_token_is_shown_once_and_holds_until_revoked(
    hub: RunningHub, open_page: OpenPage
) -> None:
    """PR-01 in part: a program's token with one right, made and revoked on one's own page."""
    page = open_page(f"{hub.url}#/me", into=hub.database_url, person="p-west")
    page.get_by_text("Make a token").click()
    page.get_by_test_id("token-name").fill("night report")
    page.get_by_test_id("right-cases.read").check()
    page.get_by_test_id("make-token").click()
    secret = page.get_by_test_id("secret-value").input_value(timeout=STEP_MS)

    def asks(path: str) -> int:
        headers = {"Authorization": f"Bearer {secret}"}
        return httpx.get(f"{hub.url.rstrip('/')}{path}", headers=headers).status_code

    assert (asks("/api/cases"), asks("/api/grids")) == (200, 403)
    page.reload()
    mine = page.get_by_test_id("token").filter(has_text="night report")
    expect(mine).to_be_visible(timeout=STEP_MS)
    assert secret not in page.content()
    mine.get_by_test_id("revoke-token").click()
    expect(mine).to_have_count(0, timeout=STEP_MS)
    assert asks("/api/cases") == 401


def test_after_five_failures_it_says_how_long_to_wait(hub: RunningHub, open_page: OpenPage) -> None:
    """PR-01 in part: the wait is told, counts down, and the button waits with it."""
    fail_to_sign_in(hub.database_url, "p-chief", 5)
    page = open_page(hub.url, refused=(401, 429))
    enter(page, "p-chief")
    told = page.get_by_test_id("way-refused")
    expect(told).to_contain_text(re.compile(r"Try again in 0:[0-3]\d"), timeout=STEP_MS)
    expect(page.get_by_test_id("enter")).to_be_disabled()


def test_an_invitation_makes_an_account_with_a_role(hub: RunningHub, open_page: OpenPage) -> None:
    """PR-01, GR-12 in part: invited, the code used once, a role in one grid, disabled again."""
    page = open_page(f"{hub.url}#/accounts", into=hub.database_url)
    page.get_by_test_id("invite").click()
    page.get_by_test_id("invite-name").fill("Guest.Inspector")
    page.get_by_test_id("invite-send").click()
    expect(page.get_by_test_id("invite-form")).to_contain_text("say who it is")
    page.get_by_test_id("invite-display").fill("Inspector of the district")
    page.get_by_test_id("invite-send").click()
    code = page.get_by_test_id("secret-value").input_value(timeout=STEP_MS)
    expect(page.get_by_test_id("print-code")).to_be_visible()

    guest = open_page(hub.url, width=390, height=844, refused=(401, 403))
    guest.get_by_test_id("other-way").click()
    guest.get_by_test_id("name").fill("guest.inspector")
    guest.get_by_test_id("code").fill(code.lower())
    guest.get_by_test_id("new-password").fill(PASSWORD)
    guest.get_by_test_id("new-password-again").fill(f"{PASSWORD}!")
    guest.get_by_test_id("enter").click()
    expect(guest.get_by_test_id("way-refused")).to_contain_text("not the same")
    guest.get_by_test_id("new-password-again").fill(PASSWORD)
    guest.get_by_test_id("enter").click()
    expect(guest.get_by_test_id("my-account-page")).to_contain_text("No role", timeout=STEP_MS)

    page.locator("[data-testid=account-row][data-name='guest.inspector']").click()
    panel = page.get_by_test_id("account-panel")
    panel.get_by_test_id("grant-role").select_option("warden", timeout=STEP_MS)
    panel.get_by_test_id("grant-grid").select_option("C-1")
    panel.get_by_test_id("give-role").click()
    expect(panel.get_by_test_id("grant")).to_contain_text("C-1", timeout=STEP_MS)
    guest.reload()
    expect(guest.get_by_test_id("tab-cases")).to_be_visible(timeout=STEP_MS)
    panel.get_by_test_id("take-role").click()
    expect(panel.get_by_test_id("grant")).to_have_count(0, timeout=STEP_MS)
    panel.get_by_test_id("set-disabled").click()
    expect(panel).to_contain_text("Disabled", timeout=STEP_MS)
    guest.reload()
    expect(guest.get_by_test_id("sign-in")).to_be_visible(timeout=STEP_MS)


def test_the_audit_log_is_searched_and_its_chain_told(hub: RunningHub, open_page: OpenPage) -> None:
    """PR-03 in part: who did what, found by a click on who; the chain is whole."""
    note = hub.step(1, "note", "Seen from the road", person="p-west")
    assert note.status_code == 200
    page = open_page(f"{hub.url}#/audit", into=hub.database_url)
    expect(page.get_by_test_id("chain")).to_have_attribute("data-state", "whole", timeout=STEP_MS)
    page.get_by_test_id("audit-subject").fill("case:1")
    page.get_by_test_id("audit-actor").fill("p-west")
    page.get_by_test_id("audit-seek").click()
    rows = page.get_by_test_id("audit-entry")
    expect(rows.first).to_contain_text("Warden West", timeout=STEP_MS)
    assert "Seen from the road" not in page.content()
    page.get_by_test_id("audit-actor").fill("p-east")
    page.get_by_test_id("audit-seek").click()
    expect(rows).to_have_count(0, timeout=STEP_MS)


@pytest.mark.parametrize("role", ["inspector", "social_auditor"])
def test_no_view_that_a_role_is_offered_asks_for_what_it_may_not(
    hub: RunningHub, open_page: OpenPage, role: RoleName
) -> None:
    """GR-12 in part: the page asks the hub only for what the role allows."""
    page = open_page(hub.url, refused=(401,))
    expect(page.get_by_test_id("sign-in")).to_be_visible(timeout=STEP_MS)
    take_session(page, hub.url, session_in(hub.database_url, role))
    refused: list[str] = []
    page.on("response", lambda one: refused.append(one.url) if one.status >= 400 else None)
    page.goto(hub.url)
    page.reload()
    expect(page.get_by_test_id("account-menu")).to_be_visible(timeout=STEP_MS)
    tabs = page.locator("header nav a").evaluate_all("tabs => tabs.map(tab => tab.hash)")
    assert len(tabs) >= 3
    for view in [*tabs, "#/me", "#/grids?part=leave", "#/grids?part=staff", "#/cases/1"]:
        page.goto(f"{hub.url}{view}")
        page.wait_for_timeout(150)  # what a view asks is answered; the event stream never ends
    assert refused == []
