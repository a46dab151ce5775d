"""One demo for all end-to-end tests: the real command, judged at its end, watched in a browser."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import msgspec
import pytest
from playwright.sync_api import Browser, ConsoleMessage, Page, sync_playwright

from gridwarden.demo.accounts import FILE, DemoAccount
from gridwarden.demo.campus import Campus, build_campus
from gridwarden.running import Running, find_running
from hub.rights.domain import RoleName
from tests.hub.signing import sign_in

SEED = 7
SECONDS = 55
UP_S = 120
QUIET = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)


@dataclass(frozen=True)
class Demo:
    """A demo under way."""

    process: subprocess.Popen[bytes]
    running: Running
    folder: Path
    report_file: Path
    output_file: Path

    def wait(self) -> int:
        """Its exit code, once it has judged itself."""
        return self.process.wait(SECONDS + UP_S)

    def account(self, role: RoleName) -> DemoAccount:
        """Whom one signs in as to have a role."""
        found = msgspec.json.decode((self.folder / FILE).read_bytes(), type=list[DemoAccount])
        return next(one for one in found if one.role == role)

    def report(self) -> dict[str, Any]:
        """What it measured."""
        return json.loads(self.report_file.read_text())

    def output(self) -> str:
        """What it printed so far."""
        return self.output_file.read_text()


@pytest.fixture(scope="session")
def demo(service_folder: Path) -> Iterator[Demo]:
    folder = service_folder / "demo"
    report, printed = service_folder / "report.json", service_folder / "demo.out"
    command = [
        *(sys.executable, "-m", "gridwarden", "--data-dir", str(folder), "demo"),
        *("--for", str(SECONDS), "--report", str(report), "--days-of-history", "3"),
    ]
    quiet = {name: value for name, value in os.environ.items() if "GRIDWARDEN_" not in name}
    quiet["GRIDWARDEN_BROKER__KIND"] = os.environ.get("GRIDWARDEN_TEST_BROKER", "iotcore")
    with printed.open("wb") as output:
        process = subprocess.Popen(command, env=quiet, stdout=output, stderr=subprocess.STDOUT)
    try:
        deadline = time.monotonic() + UP_S
        while (running := find_running(folder)) is None:
            assert process.poll() is None, printed.read_text()
            assert time.monotonic() < deadline, printed.read_text()
            time.sleep(0.05)
        yield Demo(process, running, folder, report, printed)
    finally:
        if process.poll() is None:
            process.terminate()
            process.wait(60)


@pytest.fixture(scope="session")
def campus(service_folder: Path) -> Campus:
    """The campus with its hydraulics and footage, built once for all that start from it."""
    return build_campus(SEED, service_folder / "campus")


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    chromium = shutil.which("chromium")
    if chromium is None:
        pytest.skip("Debian's Chromium is not installed: apt-get install chromium")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=QUIET)
        yield browser
        browser.close()


@pytest.fixture
def open_page(browser: Browser) -> Iterator[Callable[..., Page]]:
    """Opens pages of a given size and language; none may ask anyone but this machine, or fail."""
    asked: list[str] = []
    wrong: list[str] = []
    pages: list[Page] = []

    def open_one(
        url: str,
        *,
        width: int = 1440,
        height: int = 900,
        locale: str = "en-GB",
        refused: tuple[int, ...] = (),
        into: str | None = None,
        person: str | None = None,
    ) -> Page:
        """Open a page, signed in if `into` is the address of the hub's database.

        `person` is who signs in (None: an account with every role everywhere); `refused` are the
        statuses of answers that the test provokes.
        """
        expected = tuple(f"the server responded with a status of {status}" for status in refused)

        def hear(line: ConsoleMessage) -> None:
            if line.type == "error" and not any(words in line.text for words in expected):
                wrong.append(line.text)

        context = browser.new_context(viewport={"width": width, "height": height}, locale=locale)
        page = context.new_page()
        if into is not None:
            sign_in(page, url, into, person)
        page.on("request", lambda request: asked.append(request.url))
        page.on("pageerror", lambda error: wrong.append(str(error)))
        page.on("console", hear)
        page.goto(url)
        pages.append(page)
        return page

    yield open_one
    for page in pages:
        page.context.close()
    assert [
        url for url in asked if not url.startswith(("http://127.0.0.1:", "data:", "blob:"))
    ] == []
    assert wrong == []
