"""Trace: who met whom, beside DuckDB, PostgreSQL, ncls and polars; equal answers before any figure.

First all pairs of a million stays in 500 rooms over 30 days, in memory. Then 20,000 people's 2.24
million stays in 1,000 places over 14 days in the store: one person's contacts, and three rings.
Whole minutes, so that every program adds up the same. Peers live in `.bench/`.
"""

from __future__ import annotations

import asyncio
import json
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import psycopg
from psycopg import AsyncConnection

from gridwarden.embedded.postgres import EmbeddedPostgres
from gridwarden.store import migrate_store
from hub.tracing import store
from hub.tracing.columns import MINUTE, StayColumns, integers, known_stays
from hub.tracing.contacts import Window
from hub.tracing.evidence import trace
from hub.tracing.meetings import PlaceIndex
from hub.tracing.rings import RingRules, rings_of
from ingest import copying
from ingest.sql import load_queries
from tools.bench.result import Goal, Result, median_seconds

PEERS = Path(".bench/peers-trace")
PINNED = ("duckdb", "ncls", "polars", "numpy")
ROOMS, DAYS, PEOPLE = 500, 30, 20_000
STORE_STAYS, STORE_PLACES, STORE_DAYS = 2_240_000, 1000, 14
ASKED, RINGS_ASKED = 60, 5
DAY_MINUTES = 24 * 60

_QUERIES = load_queries("tools.bench", "trace.sql")


def run(*arguments: str) -> Result:
    """Seconds; `--stays N`, `--alone` (no peers), `--store-only`, `--pairs-only`."""
    count = int(arguments[arguments.index("--stays") + 1]) if "--stays" in arguments else 1_000_000
    result = Result("trace")
    with tempfile.TemporaryDirectory(prefix="gw-bench-") as name:
        folder = Path(name)
        folder.chmod(0o711)
        with EmbeddedPostgres(folder / "pg", settings={"shared_buffers": "512MB"}) as server:
            migrate_store(server.url)
            if "--store-only" not in arguments:
                _all_pairs(result, server.url, folder, count, alone="--alone" in arguments)
            if "--pairs-only" not in arguments:
                _from_store(result, server.url, folder, alone="--alone" in arguments)
    return result


def _stays(seed: int, count: int, places: int, days: int, dwell: tuple[int, int]) -> StayColumns:
    rng = np.random.default_rng(seed)
    start = rng.integers(0, days * DAY_MINUTES, count)
    end = start + rng.integers(*dwell, count)
    person, place = rng.integers(0, PEOPLE, count), rng.integers(0, places, count)
    return known_stays(person, place, start * MINUTE, end * MINUTE)


def _columns(stays: StayColumns, **more: Any) -> dict[str, Any]:
    return {
        "id": np.arange(len(stays)), "person": stays.person, "place": stays.place,
        "start": stays.start // MINUTE, "finish": stays.end // MINUTE, **more,
    }  # fmt: skip


def _all_pairs(result: Result, url: str, folder: Path, count: int, *, alone: bool) -> None:
    stays = _stays(1, count, ROOMS, DAYS, (16, 121))

    def kernel() -> tuple[int, int]:
        index = PlaceIndex.of(stays.person, stays.place, stays.start, stays.end)
        met = index.all_meetings()
        return len(met), int((met.end - met.start).sum()) // MINUTE

    pairs, minutes = kernel()
    ours = median_seconds(kernel)
    result.figures |= {"pairs": pairs, "all_pairs_ours_s": ours}
    if count == 1_000_000:
        result.goals["all_pairs_s"] = Goal(0.3, ours, at_least=False)
    if alone:
        return
    file = folder / "stays.npz"
    np.savez(file, **_columns(stays))
    rivals: dict[str, Callable[[], tuple[float, int, int]]] = {
        "duckdb": lambda: _peer("duckdb", file),
        "ncls": lambda: _peer("ncls", file),
        "polars": lambda: _peer("polars", file),
        "postgresql_btree": lambda: _postgres(url, stays, "pairs_btree"),
        "postgresql_gist": lambda: _postgres(url, stays, "pairs_gist"),
    }
    for name, ask in rivals.items():
        seconds, found, total = ask()
        if (found, total) != (pairs, minutes):
            raise SystemExit(f"{name} differs: {found}, {total} instead of {pairs}, {minutes}")
        result.figures[f"all_pairs_{name}_s"] = seconds
        result.ratios[f"{name}/ours"] = seconds / ours
    result.goals["duckdb_ratio"] = Goal(40, result.ratios["duckdb/ours"])


def _postgres(url: str, stays: StayColumns, query: str) -> tuple[float, int, int]:
    with psycopg.connect(url) as conn:
        conn.execute("create extension if not exists btree_gist")
        conn.execute("drop table if exists bench_stays")
        conn.execute(
            "create table bench_stays (id bigint, person bigint, place bigint, start bigint,"
            " finish bigint,"
            " during int8range generated always as (int8range(start, finish)) stored)"
        )
        columns = [copying.bigint(column) for column in _columns(stays).values()]
        with conn.cursor().copy(
            "copy bench_stays (id, person, place, start, finish) from stdin (format binary)"
        ) as copy:
            copy.write(copying.copy_data(columns))
        index = "gist (place, during)" if query == "pairs_gist" else "btree (place, start)"
        conn.execute(f"create index on bench_stays using {index}")  # type: ignore[arg-type]
        conn.execute("analyze bench_stays")
        begun = time.perf_counter()
        row = conn.execute(_QUERIES[query]).fetchone()
        assert row is not None
        return time.perf_counter() - begun, int(row[0]), int(row[1])


def _from_store(result: Result, url: str, folder: Path, *, alone: bool) -> None:
    stays = _stays(2, STORE_STAYS, STORE_PLACES, STORE_DAYS, (15, 106))
    asyncio.run(_fill(url, stays))
    window = Window(0, (STORE_DAYS + 1) * DAY_MINUTES * MINUTE)
    persons = np.random.default_rng(3).integers(0, PEOPLE, ASKED).tolist()
    seconds, answers = asyncio.run(_ask(url, persons, window, 1))
    result.figures |= {
        "one_person_ours_median_ms": float(np.median(seconds)) * 1000,
        "one_person_ours_p95_ms": float(np.percentile(seconds, 95)) * 1000,
        "one_person_contacts": float(np.mean([count for _, count in answers])),
    }
    result.goals["one_person_median_ms"] = Goal(
        5, result.figures["one_person_ours_median_ms"], at_least=False
    )
    result.goals["one_person_p95_ms"] = Goal(
        15, result.figures["one_person_ours_p95_ms"], at_least=False
    )
    plain = _plain(url, persons[:10], [total for total, _ in answers])
    result.figures["one_person_plain_sql_median_ms"] = plain * 1000
    if not alone:
        file = folder / "store.npz"
        np.savez(file, **_columns(stays, persons=integers(persons)))
        told = _script("duckdb-one", file)
        if told["answers"] != [total for total, _ in answers]:
            raise SystemExit("duckdb differs for one person")
        result.figures["one_person_duckdb_median_ms"] = float(np.median(told["seconds"])) * 1000
    ringed, _ = asyncio.run(_ask(url, persons[:RINGS_ASKED], window, 3))
    result.figures["three_rings_store_median_ms"] = float(np.median(ringed)) * 1000
    rules = RingRules(depth=3)
    memory = [
        median_seconds(lambda one=one: rings_of(stays, integers([one]), window, rules), 1)
        for one in persons[:RINGS_ASKED]
    ]
    result.figures["three_rings_memory_median_ms"] = float(np.median(memory)) * 1000
    result.goals["three_rings_ms"] = Goal(
        150, result.figures["three_rings_store_median_ms"], at_least=False
    )


async def _fill(url: str, stays: StayColumns) -> None:
    async with await AsyncConnection[Any].connect(url, autocommit=True) as conn:
        await conn.execute(
            "insert into hub.trace_places (id, name, reach) overriding system value"
            " select n, 'place-' || n, %s from generate_series(0, %s) n",
            [int((stays.last - stays.first).max()), STORE_PLACES],
        )
        columns = (stays.person, stays.place, *[stays.start] * 4, *[stays.end] * 3)
        data = copying.copy_data([copying.bigint(column) for column in columns])
        async with (
            conn.cursor() as cursor,
            cursor.copy(
                "copy hub.stays (person, place, anchor, first, start, sure_start, sure_end, finish,"
                " last) from stdin (format binary)"
            ) as copy,
        ):
            await copy.write(data)
        await conn.execute("vacuum (analyze) hub.stays")


async def _ask(
    url: str, persons: list[int], window: Window, depth: int
) -> tuple[list[float], list[tuple[int, int]]]:
    seconds: list[float] = []
    answers: list[tuple[int, int]] = []
    async with await AsyncConnection[Any].connect(url, autocommit=True) as conn:
        await store.stays_around(conn, (persons[0],), window, depth=1)  # plans are made once
        for person in persons:
            begun = time.perf_counter()
            stays = await store.stays_around(conn, (person,), window, depth=depth)
            found = trace(stays, integers([person]), window, RingRules(depth=depth))
            seconds.append(time.perf_counter() - begun)
            likely = found.contacts.likely // MINUTE
            answers.append((int((found.contacts.other * likely).sum()), len(likely)))
    return seconds, answers


def _plain(url: str, persons: list[int], wanted: list[int]) -> float:
    seconds: list[float] = []
    with psycopg.connect(url) as conn:
        for person, total in zip(persons, wanted, strict=False):
            begun = time.perf_counter()
            rows = conn.execute(_QUERIES["one_plain"], [person]).fetchall()
            seconds.append(time.perf_counter() - begun)
            if sum(other * int(together) // MINUTE for other, together in rows) != total:
                raise SystemExit("plain SQL differs for one person")
    return float(np.median(seconds))


def _peer(name: str, file: Path) -> tuple[float, int, int]:
    told = _script(name, file)
    return told["seconds"], told["pairs"], told["minutes"]


def _script(name: str, file: Path) -> Any:
    python = PEERS / "bin/python"
    if not python.exists():
        subprocess.run([sys.executable, "-m", "venv", PEERS], check=True)
        subprocess.run([python, "-m", "pip", "install", "-q", *PINNED], check=True)
    script = Path(__file__).parent / "peers/trace_pairs.py"
    told = subprocess.run([python, script, name, file], check=True, capture_output=True, text=True)
    return json.loads(told.stdout)
