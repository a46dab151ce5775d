"""Queries: what the hub's page asks of a full store, and what a reading costs on disk.

A month of readings is made by the database itself, then 10,000 devices' newest ones are read, one
device's day, and one device's month by the hour. The statements are the hub's own.
"""

from __future__ import annotations

import tempfile
import time
from datetime import timedelta
from pathlib import Path
from typing import Any

import psycopg

from edge.wire import encode_batch
from gridwarden.embedded.postgres import EmbeddedPostgres
from gridwarden.store import migrate_store
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
    """Medians of five in seconds; `--rows N` says how many readings to store."""
    wanted = int(arguments[arguments.index("--rows") + 1]) if "--rows" in arguments else ROWS
    hub = load_queries("hub.live")
    with tempfile.TemporaryDirectory(prefix="gw-bench-") as name:
        folder = Path(name)
        folder.chmod(0o711)
        with EmbeddedPostgres(folder / "pg", settings=_MEMORY) as server:
            migrate_store(server.url)
            with psycopg.connect(server.url, autocommit=True) as conn:
                begun = time.perf_counter()
                span = _fill(conn, wanted)
                made = time.perf_counter() - begun
                rolled_up_s = _roll_up(conn, span)
                rows, size = _stored(conn)
                day = {
                    "device": "bench-1",
                    "quantity": "pressure",
                    "from": span["day"],
                    "to": span["to"],
                }
                month = day | {"from": span["from"], "step": timedelta(hours=1)}
                latest = median_seconds(lambda: conn.execute(hub["latest_readings"]).fetchall())
                found = len(conn.execute(hub["latest_readings"]).fetchall())
                one_day = median_seconds(
                    lambda: conn.execute(hub["series"], day, binary=True).fetchall()
                )
                by_hour = median_seconds(
                    lambda: conn.execute(hub["rolled_hours"], month, binary=True).fetchall()
                )
    return Result(
        "queries",
        {
            "rows": rows,
            "devices_with_a_latest": found,
            "fill_rows_per_s": rows / made,
            "roll_up_rows_per_s": rows / rolled_up_s,
            "latest_of_10000_devices_s": latest,
            "one_devices_day_s": one_day,
            "one_devices_month_by_hour_s": by_hour,
            "disk_bytes_per_reading": size / rows,
            "wire_bytes_per_reading_in_a_batch_of_300": _wire_bytes(),
            "wire_bytes_per_simple_message": _simple_bytes(),
        },
        goals={
            "latest_s": Goal(LATEST_S, latest, at_least=False),
            "day_s": Goal(DAY_S, one_day, at_least=False),
            "month_s": Goal(MONTH_S, by_hour, at_least=False),
        },
    )


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
    for day in range(DAYS):
        values = {"day": span["from"] + timedelta(days=day), "width": timedelta(days=1)}
        conn.execute("select roll_up(%(day)s, %(day)s + %(width)s)", values)
    seconds = time.perf_counter() - begun
    conn.execute("vacuum analyze readings_1m, readings_1h")
    return seconds


def _stored(conn: psycopg.Connection[Any]) -> tuple[int, int]:
    row = conn.execute(
        "select (select count(*) from readings), sum(pg_total_relation_size(inhrelid))::bigint "
        "from pg_inherits where inhparent = 'readings'::regclass"
    ).fetchone()
    assert row is not None
    return row[0], row[1]


def _wire_bytes() -> float:
    return len(encode_batch(sustained.batch(1, time.time_ns() // 1000))) / sustained.ROWS_PER_BATCH


def _simple_bytes() -> float:
    return float(len(b'{"value": 0.3, "time": 1795000000.123456}'))
