"""Commands between the store and agents, on a real database, broker and worker."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import psycopg
import pytest

from edge.agent import run_agent
from edge.command import Reply, reply_topic
from edge.settings import EdgeSettings
from gridwarden.embedded.broker import EmbeddedBroker
from ingest.commands import note_replies, take_due
from ingest.patience import connect
from tests.ingest.agent import Agent
from tests.ingest.make import SITE, rows
from tests.ingest.test_worker import worker_thread
from tests.waiting import wait_until

SETTINGS = EdgeSettings(poll_ms=20, report_s=0.5)  # type: ignore[call-arg]
FILE = 'agent = "north"\n[[driver]]\nkind = "camera"\ndevice = "camera-1"\nsource = "none.mp4"\n'


def ask(url: str, name: str, order: dict[str, Any], *, valid_s: float = 20) -> None:
    with connect(url, "hub") as conn:
        conn.execute(
            'insert into agent_commands (id, agent, "order", valid_until)'
            " values (%s, 'north', %s, now() + make_interval(secs => %s))",
            [name, json.dumps(order), valid_s],
        )
        conn.execute("notify gridwarden_commands")


def answer(url: str, name: str) -> tuple[Any, ...]:
    return rows(url, "select state, reason, detail from agent_commands where id = %s", [name])[0]


def settled(url: str, name: str) -> tuple[Any, ...]:
    wait_until(lambda: answer(url, name)[0] not in ("waiting", "sent"), 20)
    return answer(url, name)


@pytest.fixture
def known(database_url: str) -> str:
    """A database that has met the agent."""
    with connect(database_url, "w") as conn:
        conn.execute(
            "insert into agents values ('north', %s, false, now(), %s)",
            [SITE, '{"agent": "north", "online": false}'],
        )
    return database_url


@pytest.fixture
def broker(make_broker: Callable[[], EmbeddedBroker]) -> str:
    return make_broker().url


@pytest.fixture
def agent_file(tmp_path: Path) -> Path:
    file = tmp_path / "north.toml"
    file.write_text(FILE)
    return file


@pytest.fixture
def running(known: str, broker: str, agent_file: Path) -> Iterator[str]:
    """A worker and an agent that has a camera whose film is missing."""
    stop = threading.Event()
    more: dict[str, Any] = {"username": None, "password": None, "stop": stop}
    agent = threading.Thread(
        target=run_agent,
        args=(agent_file, SETTINGS),
        kwargs={"site": SITE, "broker_url": broker, "spool_dir": agent_file.parent, **more},
    )
    with worker_thread(known, broker):
        agent.start()
        try:
            yield known
        finally:
            stop.set()
            agent.join(20)
    assert not agent.is_alive()


def test_an_agent_passes_its_link_test_and_tells_so(running: str) -> None:
    """SE-22: the store's pair is tested before the agent is heard; live only afterwards."""

    def duty() -> Any:
        return rows(running, "select state ->> 'duty' from agents where name = 'north'")[0][0]

    wait_until(lambda: duty() == "live")
    ((state,),) = rows(running, "select state -> 'link_test' from agents where name = 'north'")
    assert (state["passed"], state["rounds"]) == (True, 5)
    assert 0 < state["median_ms"] <= state["slowest_ms"] < 5000
    ((store,),) = rows(running, "select state -> 'store_test' from workers")
    assert (store["passed"], store["rounds"]) == (True, 5)
    assert store["tested"] <= state["tested"]
    tests = "select origin, items from batches where epoch in (select epoch from batches"
    assert rows(running, f"{tests} group by epoch having sum(items) = 0)") == [("trial", 0)] * 5


def test_commands_are_carried_out_and_answered(running: str, agent_file: Path) -> None:
    ask(running, "a", {"do": "report_now"})
    assert settled(running, "a") == ("done", "", {})
    ask(running, "b", {"do": "link_test"})
    state, _, detail = settled(running, "b")
    assert (state, detail["rounds"]) == ("done", 5)
    ask(running, "c", {"do": "snapshot", "device": "camera-9"})
    assert settled(running, "c")[:2] == (
        "refused",
        "camera-9 is no camera that this agent reads",
    )
    ask(running, "d", {"do": "configure", "file": FILE.replace("loop", "pool") + "colour = 1\n"})
    state, reason, _ = settled(running, "d")
    assert state == "refused"
    assert "colour is unknown" in reason
    assert agent_file.read_text() == FILE
    ask(running, "e", {"do": "configure", "file": f"report_s = 0.2\n{FILE}"})
    assert settled(running, "e") == ("done", "", {"replaced": 1})
    assert agent_file.read_text() == f"report_s = 0.2\n{FILE}"
    assert agent_file.with_name("north.toml.1").read_text() == FILE


def test_a_command_waits_for_its_agent_and_expires_without_it(known: str, broker: str) -> None:
    with worker_thread(known, broker):
        ask(known, "late", {"do": "report_now"}, valid_s=0.5)
        wait_until(lambda: answer(known, "late")[0] == "sent")
        with psycopg.connect(known, autocommit=True) as conn:
            conn.execute("update agent_commands set valid_until = now() - interval '1 minute'")
        assert settled(known, "late")[0] == "expired"


def test_an_unanswered_command_is_sent_again_but_not_at_once(known: str) -> None:
    ask(known, "x", {"do": "report_now"})
    with connect(known, "w") as conn:
        assert [due.id for due in take_due(conn)] == ["x"]
        assert take_due(conn) == []
        conn.execute("update agent_commands set sent = sent - interval '3 seconds'")
        assert [due.id for due in take_due(conn)] == ["x"]
        note_replies(conn, [Reply("x", "north", 0, "done")])
        conn.execute("update agent_commands set sent = sent - interval '3 seconds'")
        assert take_due(conn) == []
    assert rows(known, "select tries from agent_commands") == [(2,)]


def test_only_the_agent_that_was_asked_can_answer_and_only_once(known: str) -> None:
    ask(known, "x", {"do": "report_now"})
    with connect(known, "w") as conn:
        note_replies(conn, [Reply("x", "south", 0, "done"), Reply("y", "north", 0, "done")])
        assert answer(known, "x")[0] == "waiting"
        nul = Reply("x", "north", 0, "failed", "a\0b", {"k": "a\0b"})
        note_replies(conn, [nul, Reply("x", "north", 0, "refused", "no\0pe")])
        note_replies(conn, [Reply("x", "north", 0, "done")])
    assert answer(known, "x") == ("refused", "nope", {})


def test_a_reply_on_anothers_topic_is_ignored(known: str, broker: str) -> None:
    ask(known, "x", {"do": "report_now"})
    with worker_thread(known, broker), Agent(broker, "south") as south:
        wait_until(lambda: answer(known, "x")[0] == "sent")
        forged = b'{"id":"x","agent":"north","time":0,"state":"done"}'
        south.publish(reply_topic(SITE, "south"), forged)
        south.publish(reply_topic(SITE, "north"), b"\xff")
        south.publish(reply_topic(SITE, "north"), forged.replace(b"done", b"failed"))
        assert settled(known, "x")[0] == "failed"


@pytest.mark.parametrize("state", ["done", "refused", "expired"])
def test_an_agents_file_is_forgotten_once_its_command_has_ended(known: str, state: str) -> None:
    ask(known, "c", {"do": "configure", "file": "source = 'rtsp://u:secret@cam/1'"}, valid_s=-10)
    with connect(known, "w") as conn:
        if state == "expired":
            take_due(conn)
        else:
            told = Reply("c", "north", 0, state, "rtsp://u:secret@cam/1: no picture")  # type: ignore[arg-type]
            note_replies(conn, [told])
    (told,) = rows(known, 'select state, "order", reason from agent_commands')
    assert told[:2] == (state, {"do": "configure", "file": ""})
    assert "secret" not in told[2]
    assert told[2].startswith("rtsp://…@cam/1" if state != "expired" else "the agent")


def test_a_file_stays_while_its_command_waits(known: str) -> None:
    ask(known, "c", {"do": "configure", "file": "x = 1"})
    with connect(known, "w") as conn:
        assert [due.order for due in take_due(conn)] == [{"do": "configure", "file": "x = 1"}]
        assert [due.order for due in take_due(conn)] == []
    assert rows(known, "select state, \"order\" ->> 'file' from agent_commands") == [
        ("sent", "x = 1")
    ]
