"""The event stream of a real hub: prompt, resumed without loss or doubling, never held up."""

from __future__ import annotations

import socket
import threading
import time
from urllib.parse import urlsplit

import psycopg
import pytest
from psycopg import sql

from edge.columns import Reading
from hub.live import pumps
from hub.live.broadcast import QUEUE, Message
from hub.live.stream import RECHECK_S
from ingest import clock
from tests.conftest import Cluster
from tests.hub.live.sse import next_of, streaming
from tests.hub.make import (
    RunningHub,
    anomaly,
    commit_readings,
    raise_case,
    running_hub,
    token_of,
)


def case_id(hub: RunningHub) -> int:
    return hub.get("/api/cases")["items"][0]["id"]


def test_a_new_case_arrives_within_a_second(hub: RunningHub) -> None:
    """SE-16 in part: newest events on the wall within a second."""
    with streaming(hub) as stream:
        assert next(stream).event == "beat"
        asked = time.monotonic()
        raise_case(hub.database_url, anomaly())
        sent = next_of(stream, "case")
        assert time.monotonic() - asked < 1
    assert sent.data == hub.get(f"/api/cases/{sent.data['id']}")["case"]


def test_a_step_is_told_to_every_page(hub: RunningHub) -> None:
    raise_case(hub.database_url, anomaly())
    case = case_id(hub)
    with streaming(hub) as one, streaming(hub) as other:
        next(one), next(other)
        hub.step(case, "accept")
        assert next_of(one, "case").data["state"] == "accepted"
        assert next_of(other, "case").data["state"] == "accepted"


def test_nothing_falls_between_the_list_and_the_stream(hub: RunningHub) -> None:
    position = hub.get("/api/cases")["position"]
    raise_case(hub.database_url, anomaly())
    with streaming(hub, after=position) as stream:
        assert next_of(stream, "case").data["device"] == "hydrant-07"


def test_a_stream_resumes_without_loss_or_doubling(hub: RunningHub) -> None:
    """A page that is torn away again and again sees every case's last event, and none twice."""
    for device in ("hydrant-07", "hydrant-08"):
        raise_case(hub.database_url, anomaly(device))
    cases = [item["id"] for item in hub.get("/api/cases")["items"]]
    start = hub.get("/api/cases")["position"]
    notes = 30

    def write() -> None:
        for number in range(notes):
            answer = hub.step(cases[number % 2], "note", f"note {number}", person="p-chief")
            assert answer.status_code == 200

    writer = threading.Thread(target=write)
    writer.start()
    ids: list[int] = []
    last = str(start)
    while not ids or ids[-1] < start + notes:
        with streaming(hub, last_event_id=last) as stream:
            for _ in range(3):
                sent = next_of(stream, "case")
                assert sent.id is not None
                ids.append(int(sent.id))
                last = sent.id
                if ids[-1] == start + notes:
                    break
    writer.join()
    assert ids == sorted(set(ids))
    # Events of one case that fall together are one message; the last of each case always comes.
    assert ids[-1] == start + notes
    assert start + notes - 1 in ids


def test_a_page_of_another_database_is_told_to_start_anew(hub: RunningHub) -> None:
    with streaming(hub, last_event_id="999999") as stream:
        assert [next(stream).event for _ in range(2)] == ["beat", "reset"]


def test_a_page_away_too_long_is_told_to_start_anew(
    hub: RunningHub, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("hub.live.stream.MOST_RESUMED", 1)
    for device in ("hydrant-07", "hydrant-08"):
        raise_case(hub.database_url, anomaly(device))
    with streaming(hub, last_event_id="0") as stream:
        assert [next(stream).event for _ in range(2)] == ["beat", "reset"]


def test_an_id_that_is_no_number_does_not_shut_a_page_out(hub: RunningHub) -> None:
    with streaming(hub, last_event_id="none") as stream:
        assert next(stream).event == "beat"


def test_devices_are_told_at_most_twice_a_second(hub: RunningHub) -> None:
    now = clock.now()
    with streaming(hub) as stream:
        next(stream)
        for number in range(20):
            commit_readings(
                hub.database_url, Reading("hydrant-07", "pressure", now + number, 0.01 * number)
            )
        began = time.monotonic()
        values: list[float] = []
        while not values or values[-1] != 0.19:
            (patch,) = next_of(stream, "devices").data
            values.append(patch["latest"][0]["value"])
        assert len(values) <= 2 + 2 * (time.monotonic() - began) + 2
    assert (patch["id"], patch["state"], patch["latest"][0]["unit"]) == ("hydrant-07", "ok", "MPa")
    shown = {device["id"]: device for device in hub.get("/api/devices")}
    assert shown["hydrant-07"]["latest"] == patch["latest"]


def test_the_stream_beats(site_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pumps, "BEAT_S", 0.05)
    with running_hub(site_url) as hub, streaming(hub) as stream:
        first, second, third = (next_of(stream, "beat") for _ in range(3))
        assert (first.id, second.id) == ("0", None)
        # The first is this page's own, and may be read a moment after the second for all was.
        assert second.data["time"] < third.data["time"]


def test_an_agent_that_reports_is_told(hub: RunningHub) -> None:
    with streaming(hub) as stream:
        next(stream)
        with psycopg.connect(hub.database_url) as conn:
            conn.execute(
                "insert into agents values ('agent-1', 'sample', true, now(), '{\"made\": 7}')"
            )
            conn.execute("notify gridwarden_agents")
        agents = next_of(stream, "agents").data
        while not agents:
            agents = next_of(stream, "agents").data
    assert (agents[0]["name"], agents[0]["made"], agents[0]["acknowledged"]) == ("agent-1", 7, 0)
    assert hub.get("/api/agents") == agents


def test_a_page_that_does_not_read_is_dropped_and_others_go_on(hub: RunningHub) -> None:
    raise_case(hub.database_url, anomaly())
    case = case_id(hub)
    address = urlsplit(hub.url)
    with socket.create_connection((address.hostname, address.port)) as stuck:
        stuck.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1024)
        token = token_of(hub.database_url, None)
        head = "GET /api/stream HTTP/1.1\r\nHost: hub\r\n"
        stuck.sendall(f"{head}Authorization: Bearer {token}\r\n\r\n".encode())
        with streaming(hub) as stream:
            next(stream)
            for _ in range(2 * QUEUE):
                hub.publish(Message("bulky", '"' + "x" * 50_000 + '"'))
                next_of(stream, "bulky")
            assert hub.get("/api/health")["dropped_streams"] == 1
            hub.step(case, "accept")
            assert next_of(stream, "case").data["state"] == "accepted"


def test_stopping_does_not_wait_for_open_pages(site_url: str) -> None:
    with running_hub(site_url) as hub, streaming(hub) as stream:
        next(stream)
        began = time.monotonic()
        hub.server.should_exit = True
        assert list(stream) == []
        assert time.monotonic() - began < 2


def test_the_stream_outlives_a_broken_connection_to_the_database(hub: RunningHub) -> None:
    with streaming(hub) as stream:
        next(stream)
        with psycopg.connect(hub.database_url, autocommit=True) as conn:
            conn.execute(
                "select pg_terminate_backend(pid) from pg_stat_activity"
                " where datname = current_database() and pid <> pg_backend_pid()"
            )
        raise_case(hub.database_url, anomaly())
        assert next_of(stream, "case").data["device"] == "hydrant-07"


def test_the_stream_outlives_a_database_that_is_away_for_some_seconds(
    hub: RunningHub, cluster: Cluster
) -> None:
    """Who opened it can't be asked for again meanwhile, and stays who it was."""
    name = sql.Identifier(cluster.name_of(hub.database_url))
    allow = sql.SQL("alter database {} allow_connections {}")
    with streaming(hub) as stream, psycopg.connect(cluster.admin_url, autocommit=True) as admin:
        next(stream)
        admin.execute(allow.format(name, sql.Literal(False)))
        admin.execute(
            "select pg_terminate_backend(pid) from pg_stat_activity where datname = %s",
            [cluster.name_of(hub.database_url)],
        )
        away = time.monotonic()
        while time.monotonic() - away < 2 * RECHECK_S + 0.5:
            hub.publish(Message("told", "1"))
            next_of(stream, "told")
            time.sleep(0.1)
        admin.execute(allow.format(name, sql.Literal(True)))
        raise_case(hub.database_url, anomaly())
        assert next_of(stream, "case").data["device"] == "hydrant-07"
