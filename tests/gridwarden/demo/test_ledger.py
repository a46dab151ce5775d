"""What the agents made is held against what the store has, item by item."""

from __future__ import annotations

from pathlib import Path

import psycopg
import pytest

from edge.assemble import clock_micros, open_outbox
from edge.columns import Reading
from edge.sample import Sample
from edge.settings import EdgeSettings
from gridwarden.demo.ledger import Ledger, read_ledger
from ingest.decode import Decoder
from ingest.person import PersonKeys
from ingest.settings import IngestSettings
from ingest.write import Writer

EDGE = EdgeSettings.model_construct()
COUNT = 50


@pytest.fixture
def spool(tmp_path: Path) -> Path:
    outbox = open_outbox(tmp_path, "west", EDGE)
    now = clock_micros()
    readings = [Reading("hydrant-1", "pressure", now - n, 0.3) for n in range(COUNT)]
    outbox.append([Sample(readings=readings)])
    outbox.close()
    return tmp_path


def store(database_url: str, spool: Path) -> None:
    outbox = open_outbox(spool, "west", EDGE)
    tickets = outbox.tickets(10)
    decoder = Decoder(IngestSettings.model_construct(), PersonKeys(b"k" * 32), epoch=1)
    topic = "gw/1/campus/agents/west/batch/bulk"
    arrivals = [
        decoder.decode(topic, payload, clock_micros()) for payload in outbox.load(tickets).values()
    ]
    outbox.close()
    with psycopg.connect(database_url, autocommit=True) as connection:
        Writer(max_unregistered=10).write(connection, arrivals)


def test_everything_made_and_stored_once_is_exact(database_url: str, spool: Path) -> None:
    store(database_url, spool)
    ledger = read_ledger(database_url, EDGE, spool, ["west"], carried=0)
    assert ledger == Ledger(made=COUNT, stored=COUNT, doubled=0, dead_lettered=0)
    assert ledger.exact


def test_what_never_reached_the_store_is_lost(database_url: str, spool: Path) -> None:
    ledger = read_ledger(database_url, EDGE, spool, ["west"], carried=0)
    assert ledger.lost == COUNT
    assert not ledger.exact


def test_a_row_that_is_there_twice_is_doubled_and_hides_no_loss(
    database_url: str, spool: Path
) -> None:
    store(database_url, spool)
    with psycopg.connect(database_url) as connection:
        connection.execute("insert into readings select * from readings limit 3")
    ledger = read_ledger(database_url, EDGE, spool, ["west"], carried=2)
    assert (ledger.doubled, ledger.lost) == (3, 2)
