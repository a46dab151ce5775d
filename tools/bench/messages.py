"""Messages: one reading per message into one table, by whichever program is given.

Each measurement has a broker of its own, an empty table, and one program that takes the messages.
The clock runs from the first message published to the last one committed.
"""

from __future__ import annotations

import os
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg
from psycopg import sql

from gridwarden.embedded.broker import EmbeddedBroker
from tools.bench.publisher import DEVICES, SITE

TIMEOUT_S = 120
READY_S = 60
_POLL_S = 0.02


def worker_command() -> list[str]:
    """Our ingest worker, as anybody starts it."""
    return [sys.executable, "-m", "gridwarden", "ingest", "run"]


def worker_environment(
    database_url: str, broker_url: str, data_dir: Path, **settings: str
) -> dict[str, str]:
    """Environment of our commands; `settings` are those of `[ingest]`."""
    chosen = {f"GRIDWARDEN_INGEST__{name.upper()}": value for name, value in settings.items()}
    return {
        **os.environ,
        "GRIDWARDEN_DATABASE__URL": database_url,
        "GRIDWARDEN_BROKER__URL": broker_url,
        "GRIDWARDEN_PERSON_KEY": "bench" * 8,
        "GRIDWARDEN_DATA_DIR": str(data_dir),
        **chosen,
    }


@contextmanager
def running(command: list[str], environment: dict[str, str] | None = None) -> Iterator[int]:
    """A program that prints one line when it is ready, by its pid; it is stopped afterwards."""
    with subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, text=True) as process:
        try:
            assert process.stdout is not None
            patience = threading.Timer(READY_S, process.kill)
            patience.start()
            ready = process.stdout.readline()
            patience.cancel()
            if not ready:
                raise RuntimeError(f"{command[:3]} ended, or was not ready after {READY_S} s")
            yield process.pid
        finally:
            process.terminate()
            try:
                process.wait(20)
            except subprocess.TimeoutExpired:
                process.kill()


def publish_and_wait(
    database_url: str, broker: EmbeddedBroker, table: str, run: int, count: int
) -> float:
    """Publish `count` messages; rows per second until all of them are in the table."""
    command = [
        sys.executable,
        "-m",
        "tools.bench.publisher",
        str(broker.port),
        str(run),
        str(count),
    ]
    query = sql.SQL("select count(*) from {}").format(sql.Identifier(table))
    with (
        psycopg.connect(database_url, autocommit=True) as connection,
        subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        ) as publisher,
    ):
        assert publisher.stdin is not None
        assert publisher.stdout is not None
        publisher.stdout.readline()
        begun = time.perf_counter()
        publisher.stdin.write("\n")
        publisher.stdin.flush()
        publisher.stdout.readline()
        while True:
            row = connection.execute(query).fetchone()
            stored = row[0] if row else 0
            seconds = time.perf_counter() - begun
            if stored >= count:
                return count / seconds
            if seconds > TIMEOUT_S:
                raise TimeoutError(f"{table} has {stored} of {count} rows after {TIMEOUT_S} s")
            time.sleep(_POLL_S)


def prepare(database_url: str) -> None:
    """Make the peers' table in the shape of ours, and the devices that messages name."""
    with psycopg.connect(database_url, autocommit=True) as connection:
        connection.execute(
            "select make_series('peer_readings', 'time timestamptz not null, device int not null, "
            "quantity smallint not null, value float8 not null, received timestamptz not null', "
            "'1 day', 'device, quantity, time')"
        )
        connection.execute("alter table peer_readings alter column received set default now()")
        for days in range(-3, 2):
            connection.execute(
                "select add_partition('peer_readings', date_trunc('day', now(), 'UTC') + %s * "
                "interval '1 day', date_trunc('day', now(), 'UTC') + %s * interval '1 day')",
                [days, days + 1],
            )
        connection.execute(
            "insert into devices (name) select 'bench-' || n from generate_series(0, %s) as n "
            "on conflict do nothing",
            [DEVICES - 1],
        )
        connection.execute(f"comment on table peer_readings is 'bench at {SITE}'")


def clear(database_url: str) -> None:
    """Empty what the last measurement wrote."""
    with psycopg.connect(database_url, autocommit=True) as connection:
        connection.execute("truncate readings, peer_readings, batches, feed")
        connection.execute("checkpoint")
