"""An access log's columns are named on the command line; what is not named stays where it is."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlsplit

import psycopg
import pytest
from paho.mqtt.client import Client
from paho.mqtt.enums import CallbackAPIVersion, MQTTProtocolVersion
from psycopg import sql

from edge.replay import replay_swipes
from edge.settings import EdgeSettings
from gridwarden.embedded.broker import EmbeddedBroker
from gridwarden.errors import GridwardenError
from gridwarden.replay import parse_columns
from tests.ingest.test_worker import worker_thread

TABLES = """select format('%I.%I', schemaname, tablename) from pg_tables
where schemaname in ('public', 'hub')"""
LOG = """when,name,card,door,remark
2026-11-22T08:00Z,Wang Min 王敏,0451,gate,fever
noon,Wang Min 王敏,0451,gate,fever
2026-11-22T08:00Z,Wang Min 王敏,0451
2026-11-22T08:00Z,"Wang Min 王敏,0451,gate,fever
2026-11-22T08:00Z,Wang Min 王敏,,gate,fever
"""
PERSONAL = ("Wang", "王敏", "fever")


def test_a_reader_may_be_several_columns() -> None:
    columns = parse_columns(
        "time=timestamp, card=prox-id, reader=floor+zone", time_format=None, time_zone="UTC"
    )
    assert (columns.time, columns.card, columns.reader) == (
        "timestamp",
        "prox-id",
        ("floor", "zone"),
    )


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("time=t,card=c", "reader missing"),
        ("time=t,card=c,reader=r,reader=q", "given twice"),
        ("time=t,card=c,door=r", "'door=r' is none of time"),
        ("timestamp", "is none of time"),
        ("time=,card=c,reader=r", "is none of time"),
    ],
)
def test_what_does_not_fit_is_explained(text: str, says: str) -> None:
    with pytest.raises(GridwardenError, match=says):
        parse_columns(text, time_format=None, time_zone="UTC")


@contextmanager
def overheard(broker_url: str) -> Iterator[list[bytes]]:
    """Every payload that goes through the broker meanwhile."""
    heard: list[bytes] = []
    ready = threading.Event()
    client = Client(CallbackAPIVersion.VERSION2, protocol=MQTTProtocolVersion.MQTTv5)
    client.on_connect = lambda client, *_: client.subscribe("#", qos=1)
    client.on_subscribe = lambda *_: ready.set()
    client.on_message = lambda _client, _data, message: heard.append(bytes(message.payload))
    address = urlsplit(broker_url)
    client.connect(address.hostname or "", address.port or 1883)
    client.loop_start()
    try:
        assert ready.wait(10)
        yield heard
    finally:
        client.disconnect()
        client.loop_stop()


def everything(url: str) -> str:
    """Every row of every table of ours as text, bytes as the text that they may be."""
    with psycopg.connect(url) as conn:
        found: list[str] = []
        for (table,) in conn.execute(sql.SQL(TABLES)).fetchall():
            rows = sql.SQL("select * from {}").format(sql.SQL(table))
            for row in conn.execute(rows):
                found += [
                    bytes(value).decode(errors="replace")
                    if isinstance(value, bytes | memoryview)
                    else str(value)
                    for value in row
                ]
    return "\n".join(found)


def test_a_persons_name_in_an_access_log_is_neither_sent_nor_stored(
    database_url: str, make_broker: Callable[[], EmbeddedBroker], tmp_path: Path
) -> None:
    log, broker = tmp_path / "log.csv", make_broker().url
    log.write_text(LOG, encoding="utf-8")
    columns = parse_columns("time=when,card=card,reader=door", time_format=None, time_zone="UTC")
    with worker_thread(database_url, broker), overheard(broker) as heard:
        result = replay_swipes(log, columns, EdgeSettings(), site="campus", broker_url=broker)  # type: ignore[call-arg]
    assert (result.swipes, result.rejected) == (1, 4)
    stored, sent = everything(database_url), b"\n".join(heard)
    assert "log.csv, line 3: time 'noon' is not ISO 8601" in stored
    assert "0451" not in stored
    for personal in PERSONAL:
        assert personal not in stored
        assert personal.encode() not in sent
    assert b"0451" in sent
