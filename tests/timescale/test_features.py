"""What our migrations may build on works in the TimescaleDB that the tests run on."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import psycopg
import pytest

from tests.ingest.make import rows

DAY = timedelta(days=1)
START = datetime(2020, 11, 1, tzinfo=UTC)  # past, whenever this runs: policies ask the clock


@pytest.fixture
def url(empty_timescale_url: str) -> str:
    """A database with ten days of hourly numbers of one device, a chunk a day."""
    with psycopg.connect(empty_timescale_url, autocommit=True) as conn:
        conn.execute("create extension if not exists timescaledb")
        conn.execute("create table raw (time timestamptz not null, device int, value float8)")
        conn.execute("select create_hypertable('raw', by_range('time', interval '1 day'))")
        conn.execute(
            """insert into raw
            select %s + n * interval '1 hour', 1, n from generate_series(0, 239) n""",
            [START],
        )
    return empty_timescale_url


def run(url: str, *statements: str) -> None:
    with psycopg.connect(url, autocommit=True) as conn:
        for statement in statements:
            conn.execute(statement)  # type: ignore[arg-type]


DAILY = """create materialized view daily with (timescaledb.continuous) as
    select time_bucket('1 day', time) as day, device, count(*) as n, max(value) as top
    from raw group by 1, 2 with no data"""
REFRESH = "call refresh_continuous_aggregate('daily', null, null)"
MATERIALIZED_ONLY = "alter materialized view daily set (timescaledb.materialized_only = {})"
COLUMNSTORE = """alter table raw
    set (timescaledb.enable_columnstore, timescaledb.segmentby = 'device')"""
COMPRESSED = "select count(*) from timescaledb_information.chunks where is_compressed"


def test_a_continuous_aggregate_holds_what_was_there_at_its_refresh(url: str) -> None:
    run(url, DAILY, MATERIALIZED_ONLY.format("true"))
    assert rows(url, "select * from daily") == []
    run(url, REFRESH)
    assert rows(url, "select count(*), sum(n) from daily") == [(10, 240)]
    late = START + 3 * DAY
    run(url, f"insert into raw values ('{late}', 1, 1000)")
    day = f"select n, top from daily where day = '{late}'"
    assert rows(url, day) == [(24, 95)]
    run(url, REFRESH)
    assert rows(url, day) == [(25, 1000)]


def test_a_real_time_aggregate_also_counts_what_is_not_refreshed_yet(url: str) -> None:
    run(url, DAILY, MATERIALIZED_ONLY.format("false"))
    assert rows(url, "select count(*), sum(n) from daily") == [(10, 240)]
    run(url, REFRESH, f"insert into raw values ('{START + 20 * DAY}', 1, 1)")
    assert rows(url, "select count(*), sum(n) from daily") == [(11, 241)]


def test_a_compressed_chunk_answers_and_takes_late_rows(url: str) -> None:
    chunk = rows(url, "select show_chunks('raw')::text order by 1")[0][0]
    run(url, COLUMNSTORE, f"call convert_to_columnstore('{chunk}')")
    assert rows(url, COMPRESSED) == [(1,)]
    run(url, f"insert into raw values ('{START}', 1, 5)")
    day = f"select count(*), sum(value) from raw where time < '{START + DAY}'"
    assert rows(url, day) == [(25, sum(range(24)) + 5)]


def test_a_compression_policy_compresses_when_its_job_runs(url: str) -> None:
    age = f"now() - timestamptz '{START + 4.5 * DAY}'"
    run(url, COLUMNSTORE, f"call add_columnstore_policy('raw', after => {age})")
    jobs = "select job_id from timescaledb_information.jobs where hypertable_name = 'raw'"
    run(url, f"call run_job({rows(url, jobs)[0][0]})")
    assert rows(url, COMPRESSED) == [(4,)]


def test_a_retention_policy_drops_chunks_when_its_job_runs(url: str) -> None:
    age = f"now() - timestamptz '{START + 4.5 * DAY}'"
    job = rows(url, f"select add_retention_policy('raw', drop_after => {age})")[0][0]
    run(url, f"call run_job({job})")
    assert rows(url, "select min(time) from raw") == [(START + 4 * DAY,)]


def test_gaps_are_filled_with_empty_buckets(url: str) -> None:
    run(url, f"delete from raw where time >= '{START + DAY}' and time < '{START + 2 * DAY}'")
    filled = f"""select time_bucket_gapfill('1 day', time) as day, count(value), locf(max(value))
        from raw where time >= '{START}' and time < '{START + 3 * DAY}' group by 1 order by 1"""
    assert rows(url, filled) == [
        (START, 24, 23),
        (START + DAY, None, 23),
        (START + 2 * DAY, 24, 71),
    ]
