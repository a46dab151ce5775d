"""Queries: what the hub's page asks of a full store, and what a reading costs on disk.

A month of readings is made by the database itself, then 10,000 devices' newest ones are read, one
device's day, and one device's month by the hour. The statements are the hub's own.
"""

from __future__ import annotations

import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit, urlunsplit

import numpy as np
import psycopg

from edge.wire import encode_batch
from gridwarden.embedded.postgres import EmbeddedPostgres
from gridwarden.store import migrate_store
from ingest import arrays, clock, copying
from ingest.rollup import HOUR, MINUTE
from ingest.series import Series
from ingest.sql import load_queries
from tools.bench import sustained
from tools.bench.result import Goal, Result, median_seconds

ROWS = 20_000_000
DEVICES = 10_000
DAYS = 30
LATEST_S, DAY_S, MONTH_S = 0.05, 0.02, 0.1
_MEMORY = {"shared_buffers": "1GB", "maintenance_work_mem": "512MB", "max_wal_size": "8GB"}

# The dense device reports every 5 s for the whole month; the others share the rest evenly.
_DENSE = """
insert into readings (time, device, quantity, value, received)
select t, 1, 1, 0.3 + random() / 100, t + interval '100 ms'
from generate_series(%(from)s::timestamptz, %(to)s, interval '5 seconds') as t
"""
_REST = """
insert into readings (time, device, quantity, value, received)
select t, d, 1, 0.3 + random() / 100, t + interval '100 ms'
from generate_series(%(from)s::timestamptz, %(to)s, %(step)s::interval) as t,
     generate_series(2, %(devices)s) as d
"""


def run(*arguments: str) -> Result:
    """Medians of five in seconds.

    `--rows N` says how many readings to store; `--rolled asked` makes the roll-ups of the device
    that is asked for only, where the others would take half an hour; `--database URL` takes a
    server of yours, such as TimescaleDB, where the chunks of past days are compressed before
    anything is asked.
    """
    options = dict(zip(arguments[::2], arguments[1::2], strict=True))
    with _database(options.get("--database")) as conn:
        begun = time.perf_counter()
        span = _fill(conn, int(options.get("--rows", ROWS)))
        made = time.perf_counter() - begun
        only_asked = options.get("--rolled") == "asked"
        rolled_up_s = _roll_up_asked(conn, span) if only_asked else _roll_up(conn, span)
        rows, plain_bytes = _stored(conn)
        compressed_bytes = _compress(conn)
        times, found = _ask(conn, span)
    figures = {
        "rows": rows,
        "devices_with_a_latest": found,
        "fill_rows_per_s": rows / made,
        "rolled_up_s": rolled_up_s,
        **times,
        "disk_bytes_per_reading": plain_bytes / rows,
    }
    if compressed_bytes is not None:
        figures["disk_bytes_per_reading_compressed"] = compressed_bytes / rows
    figures["wire_bytes_per_reading_in_a_batch_of_300"] = _wire_bytes()
    figures["wire_bytes_per_simple_message"] = _simple_bytes()
    return Result(
        "queries",
        figures,
        goals={
            "latest_s": Goal(LATEST_S, times["latest_of_10000_devices_s"], at_least=False),
            "day_s": Goal(DAY_S, times["one_devices_day_s"], at_least=False),
            "month_s": Goal(MONTH_S, times["one_devices_month_by_hour_s"], at_least=False),
        },
    )


@contextmanager
def _database(server_url: str | None) -> Iterator[psycopg.Connection[Any]]:
    """A new database with all our tables: on the server at the address, else on one of our own."""
    with ExitStack() as stack:
        if server_url is None:
            folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="gw-bench-")))
            folder.chmod(0o711)
            url = stack.enter_context(EmbeddedPostgres(folder / "pg", settings=_MEMORY)).url
        else:
            admin = stack.enter_context(psycopg.connect(server_url, autocommit=True))
            admin.execute("drop database if exists gridwarden_bench with (force)")
            admin.execute("create database gridwarden_bench")
            stack.callback(admin.execute, "drop database gridwarden_bench with (force)")
            url = urlunsplit(urlsplit(server_url)._replace(path="/gridwarden_bench"))
        migrate_store(url)
        yield stack.enter_context(psycopg.connect(url, autocommit=True))


def _ask(conn: psycopg.Connection[Any], span: dict[str, Any]) -> tuple[dict[str, float], int]:
    hub = load_queries("hub.live")
    day = {"device": "bench-1", "quantity": "pressure", "from": span["day"], "to": span["to"]}
    month = day | {"from": span["from"], "step": timedelta(hours=1)}

    def seconds(query: str, values: dict[str, Any] | None = None) -> float:
        return median_seconds(lambda: conn.execute(hub[query], values, binary=True).fetchall())

    times = {
        "latest_of_10000_devices_s": seconds("latest_readings"),
        "one_devices_day_s": seconds("series", day),
        "one_devices_month_by_hour_s": seconds("rolled_hours", month),
    }
    return times, len(conn.execute(hub["latest_readings"]).fetchall())


def _fill(conn: psycopg.Connection[Any], wanted: int) -> dict[str, Any]:
    conn.execute(
        "insert into devices (name) select 'bench-' || n from generate_series(1, %s) as n",
        [DEVICES],
    )
    conn.execute("insert into quantities (name) values ('pressure'), ('flow'), ('obscuration')")
    row = conn.execute(
        "select date_trunc('hour', now()) - %(days)s * interval '1 day' as start, "
        "date_trunc('hour', now()) as stop, date_trunc('hour', now()) - interval '1 day' as day",
        {"days": DAYS},
    ).fetchone()
    assert row is not None
    start, stop, day = row
    for number in range(-1, DAYS + 1):
        conn.execute(
            "select add_partition('readings', date_trunc('day', %(start)s, 'UTC') "
            "+ %(n)s * interval '1 day', date_trunc('day', %(start)s, 'UTC') "
            "+ (%(n)s + 1) * interval '1 day')",
            {"start": start, "n": number},
        )
    dense = DAYS * 86_400 / 5
    step = DAYS * 86_400 * (DEVICES - 1) / max(1, wanted - dense)
    span = {"from": start, "to": stop, "step": f"{step} seconds", "devices": DEVICES}
    conn.execute(_REST, span)
    conn.execute(_DENSE, span)
    conn.execute("insert into sensors select id, 1 from devices on conflict do nothing")
    conn.execute("vacuum analyze readings")
    return {"from": start, "to": stop, "day": day}


def _roll_up(conn: psycopg.Connection[Any], span: dict[str, Any]) -> float:
    begun = time.perf_counter()
    if _is_timescale(conn):
        for table in ("readings_1m", "readings_1h"):
            conn.execute("call refresh_continuous_aggregate(%s, null, null)", [table])
        return time.perf_counter() - begun
    for day in range(DAYS):
        values = {"day": span["from"] + timedelta(days=day), "width": timedelta(days=1)}
        conn.execute("select roll_up(%(day)s, %(day)s + %(width)s)", values)
    seconds = time.perf_counter() - begun
    conn.execute("vacuum analyze readings_1m, readings_1h")
    return seconds


def _roll_up_asked(conn: psycopg.Connection[Any], span: dict[str, Any]) -> float:
    """The roll-ups of the dense device, by the statements with which ingest keeps them up."""
    ours = load_queries("ingest", "rollup.sql")
    begun = time.perf_counter()
    for query, width in (("minutes", MINUTE), ("hours", HOUR)):
        times = np.arange(clock.micros(span["from"]), clock.micros(span["to"]) + 1, width)
        table = "readings_1m" if query == "minutes" else "readings_1h"
        Series().make_room(conn, table, times)
        values = {
            "device": arrays.Integers(copying.integer(np.ones(len(times)))),
            "quantity": arrays.SmallIntegers(copying.smallint(np.ones(len(times)))),
            "time": arrays.Times(copying.timestamptz(times)),
        }
        conn.execute(ours[query], values)
    return time.perf_counter() - begun


def _compress(conn: psycopg.Connection[Any]) -> int | None:
    """Compress what is older than a day, as the policy does; bytes on disk, None without it."""
    if not _is_timescale(conn):
        return None
    jobs = conn.execute(
        "select job_id from timescaledb_information.jobs where proc_name = 'policy_compression' "
        "and hypertable_name = 'readings'"
    ).fetchall()
    for (job,) in jobs:
        conn.execute("call run_job(%s)", [job])
    conn.execute("vacuum analyze readings")
    return _stored(conn)[1]


def _stored(conn: psycopg.Connection[Any]) -> tuple[int, int]:
    size = (
        "hypertable_size('readings')"
        if _is_timescale(conn)
        else "(select sum(pg_total_relation_size(inhrelid))::bigint from pg_inherits "
        "where inhparent = 'readings'::regclass)"
    )
    row = conn.execute(f"select (select count(*) from readings), {size}").fetchone()  # type: ignore[arg-type]
    assert row is not None
    return row[0], row[1]


def _is_timescale(conn: psycopg.Connection[Any]) -> bool:
    return conn.execute("select from pg_extension where extname = 'timescaledb'").rowcount > 0


def _wire_bytes() -> float:
    return len(encode_batch(sustained.batch(1, time.time_ns() // 1000))) / sustained.ROWS_PER_BATCH


def _simple_bytes() -> float:
    return float(len(b'{"value": 0.3, "time": 1795000000.123456}'))
