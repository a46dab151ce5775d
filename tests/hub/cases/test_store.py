"""The stored log: append-only by the database itself, equal to its projection, tampering found."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import psycopg
import pytest
from psycopg import AsyncConnection, errors
from psycopg.types.json import Jsonb

from hub.cases.chain import verify
from hub.cases.domain import Action, Doer, Order, Scene, fold, step
from hub.cases.query import changed_since, head_position
from hub.cases.store import append, find, find_break, find_open, lock_log, read_log
from ingest import clock
from tests.hub.make import anomaly, in_transaction, raise_case, recover


async def go_on(conn: AsyncConnection[Any], case: int, action: Action) -> None:
    await lock_log(conn)
    stored = await find(conn, case)
    assert stored is not None
    order = Order(action=action, note="阀门 0.1 → 0.3")
    events = step(stored.state, order, Scene(by=Doer("p-west"), now=clock.now()))
    assert isinstance(events, list)
    await append(conn, stored, events)


def stored_case(url: str) -> Any:
    return in_transaction(url, lambda conn: find_open(conn, "hydrant-07", "hydrant_low_pressure"))


def log_of(url: str, case: int) -> Any:
    async def read(conn: Any) -> Any:
        stored = await find(conn, case)
        assert stored is not None
        return await read_log(conn, stored)

    return in_transaction(url, read)


@pytest.fixture
def case(site_url: str) -> int:
    """A case with a life behind it: odd numbers, a recurrence, a recovery."""
    found = anomaly(value=1e20, limit=0.1 + 0.2)
    raise_case(site_url, found)
    case: int = stored_case(site_url).id
    for action in ("accept", "dispatch", "handle"):
        in_transaction(site_url, lambda conn, action=action: go_on(conn, case, action))
    raise_case(site_url, anomaly(started=found.started + 1, value=-0.0, limit=2.0))
    recover(site_url, found)
    return case


def test_the_projection_is_what_the_log_folds_to(site_url: str, case: int) -> None:
    log = log_of(site_url, case)
    stored = stored_case(site_url)
    assert fold(entry.event for entry in log) == stored.state
    assert (stored.events, stored.head) == (len(log), log[-1].hash)
    with psycopg.connect(site_url) as conn:
        count = "select count(*) from hub.case_events where case_id = %s"
        assert conn.execute(count, [case]).fetchone() == (len(log),)
    assert stored.state.stage == "dispatched"


def test_the_chain_holds_after_a_stay_in_the_database(site_url: str, case: int) -> None:
    assert verify(log_of(site_url, case)) is None


@pytest.mark.parametrize(
    "statement",
    [
        "update hub.case_events set note = 'x'",
        "delete from hub.case_events",
        "truncate hub.case_events cascade",
        "set session_replication_role = replica; delete from hub.case_events",
    ],
)
def test_the_database_refuses_to_change_the_log(site_url: str, case: int, statement: str) -> None:
    """CA-02 in part: the log is append-only."""
    with (
        psycopg.connect(site_url) as conn,
        pytest.raises(errors.RestrictViolation, match="append-only"),
    ):
        conn.execute(statement)  # type: ignore[arg-type]


def test_who_gets_around_the_database_is_found_out(site_url: str, case: int) -> None:
    with psycopg.connect(site_url) as conn:
        conn.execute("alter table hub.case_events disable trigger append_only")
        conn.execute(
            "update hub.case_events set data = %s where case_id = %s and event = 'dispatched'"
            " and seq = 3",
            [Jsonb({"to": "p-east"}), case],
        )
    assert verify(log_of(site_url, case)) == 3


@pytest.mark.parametrize(
    ("tampering", "found_at"),
    [
        ("delete from hub.case_events where seq = 7", 7),
        ("delete from hub.case_events where seq = 4", 4),
        ("update hub.case_events set at = at + interval '1 microsecond' where seq = 5", 5),
        ("update hub.cases set head = decode('00', 'hex')", 7),
    ],
)
def test_a_file_cut_short_or_shifted_is_found_out(
    site_url: str, case: int, tampering: str, found_at: int
) -> None:
    with psycopg.connect(site_url) as conn:
        conn.execute("alter table hub.case_events disable trigger append_only")
        conn.execute(tampering)  # type: ignore[arg-type]

    async def check(conn: AsyncConnection[Any]) -> int | None:
        stored = await find(conn, case)
        assert stored is not None
        return await find_break(conn, stored)

    assert in_transaction(site_url, check) == found_at


def test_a_file_as_it_was_written_has_no_break(site_url: str, case: int) -> None:
    stored = stored_case(site_url)
    assert in_transaction(site_url, lambda conn: find_break(conn, stored)) is None


def test_the_same_anomaly_is_taken_up_once(site_url: str) -> None:
    found = anomaly()
    for _ in range(3):
        raise_case(site_url, found)
        recover(site_url, found)
    assert [entry.event.event for entry in log_of(site_url, stored_case(site_url).id)] == [
        "discovered",
        "sensor_recovered",
    ]


def test_a_device_that_is_worse_off_keeps_one_case(site_url: str) -> None:
    low = anomaly()
    raise_case(site_url, low)
    worse: dict[str, Any] = {"rule": "none", "kind": "hydrant_no_water", "grade": "major"}
    none = anomaly(supersedes=("hydrant_low_pressure",), value=0.0, limit=0.02, **worse)
    raise_case(site_url, none, due_minutes=5)
    cases = in_transaction(site_url, lambda conn: changed_since(conn, 0))
    assert [case.state.kind for case in cases] == ["hydrant_no_water"]
    recover(site_url, none)
    recover(site_url, low)
    cases = in_transaction(site_url, lambda conn: changed_since(conn, 0))
    assert cases[0].state.recovered


def test_news_of_devices_without_a_case_changes_nothing(site_url: str) -> None:
    recover(site_url, anomaly())
    assert in_transaction(site_url, head_position) == 0


def test_numbers_have_no_gaps_though_writers_race_and_fail(site_url: str) -> None:
    def one(number: int) -> None:
        raise_case(site_url, anomaly(kind="smoke_alarm", device=f"smoke-{number % 8}"))

    class StoppedError(Exception):
        pass

    async def failing(conn: AsyncConnection[Any]) -> None:
        await lock_log(conn)
        raise StoppedError

    with ThreadPoolExecutor(4) as crowd:
        list(crowd.map(one, range(16)))
    with pytest.raises(StoppedError):
        in_transaction(site_url, failing)
    raise_case(site_url, anomaly())
    cases = in_transaction(site_url, lambda conn: changed_since(conn, 0))
    assert sorted(case.number[-6:] for case in cases) == [f"{n:06d}" for n in range(1, 10)]


def test_positions_are_seen_in_order_while_writers_race(site_url: str) -> None:
    """A reader that follows by position sees every event, whoever commits first."""
    seen: dict[int, int] = {}
    done = False

    def follow() -> None:
        cursor = 0
        with psycopg.connect(site_url, autocommit=True) as conn:
            while True:
                last_round = done
                for (position,) in conn.execute(
                    "select position from hub.case_events where position > %s order by 1", [cursor]
                ).fetchall():
                    seen[position] = seen.get(position, 0) + 1
                    cursor = position
                if last_round:
                    return

    with ThreadPoolExecutor(5) as crowd:
        follower = crowd.submit(follow)
        writes = [
            crowd.submit(raise_case, site_url, anomaly(device=f"smoke-{n}")) for n in range(40)
        ]
        for write in writes:
            write.result()
        done = True
        follower.result()
    assert len(seen) == 40
    assert set(seen.values()) == {1}


def test_a_case_keeps_the_place_of_its_opening(site_url: str) -> None:
    raise_case(site_url, anomaly())
    with psycopg.connect(site_url) as conn:
        conn.execute("update hub.holdings set warden = 'p-east' where grid = 'C-1'")
    stored = stored_case(site_url)
    assert (stored.state.owner, stored.grid_path) == ("p-west", ("C", "C-1"))
