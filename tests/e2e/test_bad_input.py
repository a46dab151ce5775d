"""What devices and agents may send wrongly, and a disk that fills up: said, and nothing is lost."""

from __future__ import annotations

import json
import math
import resource
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any, NamedTuple
from urllib.request import Request, urlopen

import msgspec
import psutil
import psycopg
import pytest
from paho.mqtt.client import Client, MQTTv5, MQTTv311
from paho.mqtt.enums import CallbackAPIVersion

from edge.columns import Reading, pack_readings
from edge.wire import VERSION, Batch, Readings, encode_batch
from gridwarden.demo.campus import Campus
from gridwarden.embedded.broker import EmbeddedBroker
from tests.conftest import Cluster
from tests.e2e.stack import Part, until
from tests.hub.make import token_of

pytestmark = [pytest.mark.slow, pytest.mark.timeout(180)]

WAIT_S = 20
DEVICES = "gw/1/campus/devices"
AGENTS = "gw/1/campus/agents"
BIG = 10 << 20
DAY_S = 86_400.0
NOW = 1_000_000 * int(time.time())
TABLES = ("readings", "swipes", "device_states")


def batch(agent: str = "odd", **changed: Any) -> bytes:
    """A batch of one good reading, with some fields changed."""
    devices, quantities, readings = pack_readings([Reading("odd-1", "pressure", NOW, 0.3)])
    whole = Batch(
        version=VERSION, agent=agent, epoch=1, seq=1, made=NOW, origin="live", devices=devices,
        quantities=quantities, readings=readings, swipes=[], detections=[], states=[],
    )  # fmt: skip
    return encode_batch(msgspec.structs.replace(whole, **changed))


def reading(value: float, at: int) -> dict[str, Any]:
    devices, quantities, readings = pack_readings([Reading("odd-1", "pressure", at, value)])
    return {"devices": devices, "quantities": quantities, "readings": readings}


class Bad(NamedTuple):
    """A message and the words of the reason for which it is set aside."""

    name: str
    topic: str
    payload: bytes
    says: tuple[str, ...]


def by_device(
    version: int, device: str, payload: bytes | str, *says: str, quantity: str = "pressure"
) -> Bad:
    content = payload.encode() if isinstance(payload, str) else payload
    return Bad(device, f"{DEVICES}/{device}-{version}/{quantity}", content, says)


def by_agent(
    version: int,
    agent: str,
    payload: Callable[[str], bytes] | bytes,
    *says: str,
    channel: str = "batch/bulk",
) -> Bad:
    """What an agent sends; a payload may be made with its name."""
    name = f"{agent}-{version}"
    content = payload if isinstance(payload, bytes) else payload(name)
    return Bad(f"agent {agent}", f"{AGENTS}/{name}/{channel}", content, says)


def in_seconds(seconds: float) -> str:
    return json.dumps({"value": 0.3, "time": time.time() + seconds})


def bad_messages(version: int) -> list[Bad]:
    """Everything that may be wrong, from senders of their own for each version of MQTT."""
    simple, sent = partial(by_device, version), partial(by_agent, version)
    return [
        simple("unreadable", b"\xff\xfe\x00{", "not JSON"),
        simple("empty", b"", "not JSON"),
        simple("cut", '{"value": 0.3', "not JSON"),
        simple("nested", "[" * 100_000, "not JSON"),
        simple("wrong-type", '{"value": "high"}', "Expected `float`, got `str`", "$.value"),
        simple("missing-field", '{"time": 1}', "missing required field `value`"),
        simple("not-finite", '{"value": 1e999}', "not JSON"),
        simple("future", in_seconds(DAY_S), "event time more than 300 s ahead"),
        simple("ancient", in_seconds(-91 * DAY_S), "event time more than 90 days old"),
        simple("before-all", '{"value": 1, "time": "0001-01-01T00:00:00Z"}', "90 days old"),
        simple("beyond", '{"value": 1, "time": 1e300}', "time 1e+300 is not seconds since 1970"),
        simple("no-zone", '{"value": 1, "time": "2026-11-22T08:00:00"}', "has no zone", "add Z"),
        simple("no-time", '{"value": 1, "time": "yesterday"}', "'yesterday' is not ISO 8601"),
        simple("bad name", "0.3", "device or quantity is not 1 to 64 of [A-Za-z0-9._-]"),
        simple("no-card", '{"direction": "in"}', "required field `card`", quantity="swipe"),
        simple("empty-card", '{"card": ""}', "empty card", quantity="swipe"),
        simple("no-state", '{"state": 3}', "Expected `str`", quantity="state"),
        simple(
            "ten-megabytes", b"9" * BIG, f"{BIG} bytes, at most 1048576", "send smaller batches"
        ),
        sent("noise", b"\x00\x01noise", "not a batch of version 1"),
        sent("cut", lambda name: batch(name)[:-7], "not a batch of version 1"),
        sent("wide", b"\xc6" + (BIG).to_bytes(4, "big") + bytes(BIG), f"{BIG + 5} bytes, at most"),
        sent("other", batch(), "batch of agent 'odd' on the topic of another"),
        sent("newer", partial(batch, version=2), "batch version 2, this side speaks 1"),
        sent(
            "ragged",
            partial(batch, readings=Readings(b"", bytes(2), bytes(8), bytes(8))),
            "columns of unequal length",
        ),
        sent("pointless", partial(batch, devices=[]), "a device that is not in the batch"),
        sent("nan", partial(batch, **reading(math.nan, NOW)), "no number within ±1e100"),
        sent(
            "early",
            partial(batch, **reading(0.3, NOW + 3_600_000_000)),
            "event time more than 300 s ahead",
        ),
        sent("late", partial(batch, **reading(0.3, 0)), "event time more than 90 days old"),
        sent("slow", batch, "no topic of this contract", channel="batch/slow"),
        sent("mute", b"{", "not an agent's state", channel="state"),
        sent("vague", b"\x93", "not a rejected record", channel="rejected"),
    ]


@dataclass(frozen=True)
class System:
    """A broker, a worker and a hub of the real commands on a database of their own."""

    database_url: str
    broker: EmbeddedBroker
    ingest: Part
    hub: Part
    page: str
    token: str

    def get(self, path: str) -> Any:
        """JSON of one address of the hub."""
        signed = {"Authorization": f"Bearer {self.token}"}
        asked = Request(f"{self.page}api/{path}", headers=signed)
        with urlopen(asked, timeout=10) as answer:
            return json.load(answer)

    def count(self, table: str, devices: list[str]) -> int:
        """How many rows the store has of some devices."""
        column = "reader" if table == "swipes" else "device"
        query = f"select count(*) from {table} t join devices d on d.id = t.{column}"
        with psycopg.connect(self.database_url) as connection:
            row = connection.execute(
                f"{query} where d.name = any(%s)",  # type: ignore[arg-type]
                [devices],
            ).fetchone()
        assert row is not None
        return int(row[0])


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("input")


@pytest.fixture(scope="module")
def system(cluster: Cluster, folder: Path) -> Iterator[System]:
    database_url = cluster.create_migrated()
    with EmbeddedBroker(folder / "broker") as broker:
        more = {
            "GRIDWARDEN_DATA_DIR": str(folder / "data"),
            "GRIDWARDEN_DATABASE__URL": database_url,
            "GRIDWARDEN_BROKER__URL": broker.url,
            "GRIDWARDEN_HUB__PORT": "0",
        }
        with (
            Part("ingest", "run", output=folder / "ingest.out", more=more) as ingest,
            Part("hub", "run", output=folder / "hub.out", more=more) as hub,
        ):
            ingest.says("ingest is ready", WAIT_S)
            hub.says("http://", WAIT_S)
            page, token = hub.output().split()[-1], token_of(database_url, None)
            yield System(database_url, broker, ingest, hub, page, token)
    cluster.drop(database_url)


class Sender:
    """A client as a simple device has one."""

    def __init__(self, broker: EmbeddedBroker, version: int) -> None:
        protocol, port = (MQTTv5, broker.port) if version == 5 else (MQTTv311, broker.port_v3)
        self.client = Client(CallbackAPIVersion.VERSION2, protocol=protocol)  # type: ignore[arg-type]
        self.client.connect("127.0.0.1", port)
        self.client.loop_start()

    def send(self, topic: str, payload: bytes) -> None:
        self.client.publish(topic, payload, qos=1).wait_for_publish(WAIT_S)

    def close(self) -> None:
        self.client.disconnect()
        self.client.loop_stop()


@pytest.fixture(scope="module", params=[5, 4], ids=["MQTT 5", "MQTT 3.1.1"])
def version(request: pytest.FixtureRequest, system: System) -> int:
    """The version of MQTT over which every bad message was sent, a good one after each."""
    version = int(request.param)
    sender = Sender(system.broker, version)
    for number, bad in enumerate(bad_messages(version)):
        sender.send(bad.topic, bad.payload)
        good = {"value": number, "time": time.time()}
        sender.send(f"{DEVICES}/good-{version}/pressure", json.dumps(good).encode())
    sender.close()
    last = [f"good-{version}"]
    until(lambda: system.count("readings", last) >= len(NAMES), WAIT_S, system.ingest.output)
    return version


NAMES = [bad.name for bad in bad_messages(5)]


@pytest.mark.parametrize("name", NAMES)
def test_a_bad_message_is_set_aside_with_its_reason(
    system: System, version: int, name: str
) -> None:
    (bad,) = (bad for bad in bad_messages(version) if bad.name == name)
    letters = system.get("dead-letters?limit=500")["items"]
    (letter,) = (letter for letter in letters if letter["topic"] == bad.topic)
    assert [words for words in bad.says if words not in letter["reason"]] == [], letter["reason"]


def test_the_good_messages_between_them_are_all_stored_once(system: System, version: int) -> None:
    query = """
        select array_agg(value order by value) from readings r
        join devices d on d.id = r.device where d.name = %s
    """
    with psycopg.connect(system.database_url) as connection:
        row = connection.execute(query, [f"good-{version}"]).fetchone()
    assert row == ([float(number) for number in range(len(NAMES))],)


def test_worker_and_hub_live_on_and_are_well(system: System, version: int) -> None:
    del version
    assert system.ingest.runs
    assert system.hub.runs
    health = system.get("health")
    assert (health["status"], health["database"]) == ("ok", "up")
    assert "decoder_failed" not in system.ingest.output()
    assert "Traceback" not in system.ingest.output() + system.hub.output()


def test_an_unknown_device_is_stored_and_listed(system: System, version: int) -> None:
    strangers = {device["id"] for device in system.get("devices?registered=false")}
    assert f"good-{version}" in strangers
    assert f"missing-field-{version}" not in strangers


def test_a_message_beyond_the_brokers_bound_cuts_off_its_sender_only(
    system: System, version: int
) -> None:
    """The broker refuses it before anyone of ours sees it."""
    other = Sender(system.broker, version)
    lost = threading.Event()
    sender = Sender(system.broker, version)
    sender.client.on_disconnect = lambda *_: lost.set()
    sender.client.publish(f"{DEVICES}/too-big/pressure", bytes(17 << 20), qos=1)
    assert lost.wait(WAIT_S)
    sender.client.loop_stop()
    device = f"bystander-{version}"
    other.send(f"{DEVICES}/{device}/pressure", b"0.3")
    other.close()
    until(lambda: system.count("readings", [device]) == 1, WAIT_S, system.ingest.output)
    assert system.broker.pid is not None


def agent_file(folder: Path, campus: Campus, agent: str, speed: float) -> Path:
    file = folder / f"{agent}.toml"
    cache = campus.folder / "cache"
    driver = f'[[driver]]\nkind = "simulated"\nspeed = {speed}\ncache_dir = "{cache}"\n'
    file.write_text(f'agent = "{agent}"\n\n{driver}')
    return file


def devices_of(campus: Campus, agent: str) -> list[str]:
    devices = campus.world.site_document()["devices"]
    return [device["id"] for device in devices if device["agent"] == agent]


def report_of(system: System, agent: str) -> dict[str, Any]:
    """What an agent says of itself; nothing as long as it was never heard."""
    return next((one for one in system.get("agents") if one["name"] == agent), {})


def stored_of(system: System, campus: Campus, agent: str) -> int:
    devices = devices_of(campus, agent)
    return sum(system.count(table, devices) for table in TABLES)


def test_a_full_disk_is_told_and_nothing_is_lost(
    system: System, folder: Path, campus: Campus
) -> None:
    file = agent_file(folder, campus, "west", 1.0)
    more = {
        "GRIDWARDEN_DATA_DIR": str(folder / "west"),
        "GRIDWARDEN_BROKER__URL": system.broker.url,
    }
    full = partial(resource.setrlimit, resource.RLIMIT_FSIZE, (96 << 10, resource.RLIM_INFINITY))
    words = ("--verbose", "edge", "run", "--config", str(file))
    with Part(*words, output=folder / "west.out", more=more, prepare=full) as agent:
        # Whichever use of the spool meets the limit first says so.
        agent.says("free space on the disk, or let spool_dir name another", WAIT_S)
        before = stored_of(system, campus, "west")
        agent.until(lambda: stored_of(system, campus, "west") > before + 50, WAIT_S)
        room = (resource.RLIM_INFINITY, resource.RLIM_INFINITY)
        psutil.Process(agent.process.pid).rlimit(psutil.RLIMIT_FSIZE, room)
        agent.says("spool accepts again", WAIT_S)
        assert agent.end() == 0, agent.output()
        assert "Traceback" not in agent.output()
    until(lambda: report_of(system, "west").get("online") is False, WAIT_S, agent.output)
    report = report_of(system, "west")
    assert (report["evicted"], report["spooled_batches"]) == (0, 0)
    assert report["made"] == report["acknowledged"] == stored_of(system, campus, "west") > 50


def test_what_a_full_spool_pushes_out_is_counted(
    system: System, folder: Path, campus: Campus
) -> None:
    file = agent_file(folder, campus, "east", 200.0)
    broker = EmbeddedBroker(folder / "later")
    more = {
        "GRIDWARDEN_DATA_DIR": str(folder / "east"),
        "GRIDWARDEN_BROKER__URL": broker.url,
        "GRIDWARDEN_EDGE__SPOOL_MAX_MB": "1",
        "GRIDWARDEN_EDGE__REPORT_S": "1",
    }
    words = ("edge", "run", "--config", str(file))
    with Part(*words, output=folder / "east.out", more=more) as agent:
        agent.says("spool full: agent=east evicted=", 60)
        agent.process.kill()
    file.write_text(
        'agent = "east"\n[[driver]]\nkind = "camera"\n'
        'device = "camera-without-file"\nsource = "no.mp4"\n'
    )
    more["GRIDWARDEN_BROKER__URL"] = system.broker.url
    with Part(*words, output=folder / "east.out", more=more) as again:
        again.until(lambda: report_of(system, "east").get("spooled_batches") == 0, WAIT_S)
        assert again.end() == 0, again.output()
    until(lambda: report_of(system, "east").get("online") is False, WAIT_S, again.output)
    report = report_of(system, "east")
    assert report["evicted"] > 0
    assert report["made"] == report["acknowledged"] + report["evicted"]
    faults = system.count("device_states", ["camera-without-file"])
    assert report["acknowledged"] == stored_of(system, campus, "east") + faults
