"""Serving: the hub as a process, where it listens, and how it stops."""

from __future__ import annotations

import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager

import httpx
import psycopg
import pytest

from hub.serve import (
    PortTakenError,
    RemoteRefusedError,
    ServeError,
    StoreMissingError,
    bind,
    check_store,
    page_address,
    refuse_demo_accounts,
    refuse_remote,
    run_hub,
)
from hub.settings import HubSettings
from tests.hub.live.sse import events
from tests.hub.make import client_of, token_of

_PROGRAM = """
import sys
from hub.serve import run_hub
from hub.settings import HubSettings
run_hub(HubSettings(port=0), database_url=sys.argv[1], ready=lambda url: print(url, flush=True))
print("stopped", flush=True)
"""


@contextmanager
def process(database_url: str) -> Iterator[tuple[subprocess.Popen[str], str]]:
    """A hub as a process of its own, and its address."""
    command = [sys.executable, "-c", _PROGRAM, database_url]
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as hub:
        try:
            assert hub.stdout is not None
            yield hub, hub.stdout.readline().strip()
        finally:
            hub.kill()


@pytest.mark.parametrize("asked", [signal.SIGTERM, signal.SIGINT])
def test_a_hub_stops_at_once_and_cleanly_though_pages_hang_on(
    site_url: str, asked: signal.Signals
) -> None:
    with (
        process(site_url) as (hub, url),
        client_of(site_url, url) as client,
        client.stream("GET", "/api/stream") as response,
    ):
        stream = events(response)
        assert next(stream).event == "beat"
        began = time.monotonic()
        hub.send_signal(asked)
        assert {sent.event for sent in stream} <= {
            "agents",
            "devices",
        }  # what was under way, then its end
        out, err = hub.communicate(timeout=10)
        assert time.monotonic() - began < 4
        assert (hub.returncode, out, err) == (0, "stopped\n", "")


def test_a_page_that_hangs_does_not_keep_the_hub_from_stopping(site_url: str) -> None:
    with process(site_url) as (hub, url):
        with socket.create_connection((httpx.URL(url).host, httpx.URL(url).port or 80)) as stuck:
            token = token_of(site_url, None)
            stuck.sendall(
                b"GET /api/stream HTTP/1.1\r\nHost: hub\r\n"
                + f"Authorization: Bearer {token}\r\n\r\n".encode()
            )
            assert stuck.recv(15) == b"HTTP/1.1 200 OK"
            hub.send_signal(signal.SIGTERM)
            hub.communicate(timeout=10)
        assert hub.returncode == 0


@pytest.mark.parametrize("host", ["0.0.0.0", "192.0.2.7", "::", "example.test", ""])
def test_the_hub_stays_on_this_machine(host: str) -> None:
    with pytest.raises(RemoteRefusedError, match="plain HTTP"):
        refuse_remote(HubSettings(host=host))
    refuse_remote(HubSettings(host=host, allow_remote=True))


def test_nobody_comes_from_another_machine_while_demo_accounts_can_sign_in(
    database_url: str,
) -> None:
    away = HubSettings(host="192.0.2.7", allow_remote=True)
    refuse_demo_accounts(away, database_url)
    with psycopg.connect(database_url) as conn:
        conn.execute(
            "insert into hub.accounts (name, display, demo, made, made_by)"
            " values ('chief', 'chief', true, now(), 'test')"
        )
    refuse_demo_accounts(HubSettings(), database_url)
    with pytest.raises(RemoteRefusedError, match="user disable"):
        refuse_demo_accounts(away, database_url)
    with psycopg.connect(database_url) as conn:
        conn.execute("update hub.accounts set disabled = now()")
    refuse_demo_accounts(away, database_url)


@pytest.mark.parametrize("host", ["127.0.0.1", "127.3.2.1", "::1", "localhost"])
def test_loopback_may_be_listened_on(host: str) -> None:
    refuse_remote(HubSettings(host=host))


def test_a_taken_port_is_told_with_the_way_out() -> None:
    with bind("127.0.0.1", 0) as taken:
        port = taken.getsockname()[1]
        with pytest.raises(PortTakenError, match="--port 0"):
            bind("127.0.0.1", port)


@pytest.mark.parametrize("host", ["192.0.2.7", "no such host"])
def test_an_address_of_another_machine_cannot_be_listened_on(host: str) -> None:
    with pytest.raises(ServeError, match="listen"):
        bind(host, 0)


def test_the_address_told_is_one_a_browser_can_open() -> None:
    with bind("127.0.0.1", 0) as listening:
        assert page_address(listening) == f"http://127.0.0.1:{listening.getsockname()[1]}/"
    with bind("0.0.0.0", 0) as listening:
        assert page_address(listening).startswith("http://127.0.0.1:")


def test_a_database_without_our_tables_is_told_with_the_remedy(empty_database_url: str) -> None:
    with pytest.raises(StoreMissingError, match="gridwarden migrate"):
        run_hub(HubSettings(port=0), database_url=empty_database_url)


def test_a_database_that_is_away_is_told_with_the_remedy() -> None:
    with pytest.raises(StoreMissingError, match="gridwarden doctor"):
        check_store("postgresql://127.0.0.1:9/none")
