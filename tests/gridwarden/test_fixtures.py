"""The fixtures themselves: real services, a database per test."""

from __future__ import annotations

from collections.abc import Callable
from urllib.parse import urlsplit

import psycopg

from gridwarden.embedded.broker import EmbeddedBroker
from gridwarden.embedded.probe import probe_broker


def test_each_test_gets_a_database_of_its_own(database_url: str, empty_database_url: str) -> None:
    assert database_url != empty_database_url
    with psycopg.connect(empty_database_url) as connection:
        tables = connection.execute(
            "SELECT count(*) FROM pg_tables WHERE schemaname = 'public'"
        ).fetchone()
    assert tables == (0,)


def test_the_shared_broker_speaks_mqtt_5(broker_url: str) -> None:
    address = urlsplit(broker_url)
    assert address.hostname is not None
    assert address.port is not None
    probe_broker(address.hostname, address.port)


def test_a_broker_of_ones_own_keeps_its_address_over_a_kill(
    make_broker: Callable[[], EmbeddedBroker],
) -> None:
    broker = make_broker()
    address = broker.url
    broker.kill()
    assert broker.start() == address
