"""Run: a backtest on the store, from the plan to what is judged."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import msgspec
import psycopg

from edge.simulate.truth import TruthLine, decode_truth
from edge.wire import Micros
from gridwarden.backtest.claims import claims_of
from gridwarden.backtest.judged import Judged, judged
from gridwarden.backtest.match import Claim
from gridwarden.errors import GridwardenError
from hub.anomalies.detectors import Spots
from hub.anomalies.engine import Engine
from hub.anomalies.history import Raised, Source, begins, history, raised
from hub.anomalies.replay import Taken, Tick, replay
from hub.plans.domain import Plan
from hub.sites.store import spots as read_spots
from ingest.clock import moment
from ingest.feed import CommittedBatch

Advance = Callable[[Micros], None]


def backtest(
    database_url: str,
    plan: Plan,
    start: Micros,
    end: Micros,
    *,
    warm_up: Micros,
    source: Source = "auto",
    truth: Path | None = None,
    advance: Advance = lambda _now: None,
) -> Judged:
    """Judge [start, end) by a plan that was accepted. Changes nothing in the store.

    Rules begin `warm_up` earlier, so that they know what stood at the start. `advance` is told how
    far the replay has come.

    Raises:
        GridwardenError: the span is empty or holds nothing, the truth cannot be read, or the
            database is away, lacks our tables, or has no site.
    """
    if start >= end:
        raise GridwardenError(
            f"nothing lies between {moment(start):%Y-%m-%d %H:%M:%SZ} and "
            f"{moment(end):%Y-%m-%d %H:%M:%SZ}: --from must be before --to"
        )
    lines = None if truth is None else read_truth(truth)
    try:
        spots = asyncio.run(_spots(database_url))
        with psycopg.connect(database_url, autocommit=True) as conn:
            return _run(conn, spots, plan, (start, end), warm_up, source, lines, advance)
    except psycopg.errors.UndefinedTable as error:
        raise GridwardenError(
            "the database lacks our tables: run `gridwarden migrate` first"
        ) from error
    except psycopg.OperationalError as error:
        reason = " ".join(str(error).split())
        raise GridwardenError(
            f"the database does not answer: {reason}; start it, or correct database.url"
        ) from error


def read_truth(file: Path) -> list[TruthLine]:
    """The lines of a truth file.

    Raises:
        GridwardenError: it cannot be read, or is none.
    """
    try:
        return decode_truth(file.read_bytes())
    except OSError as error:
        raise GridwardenError(f"{file}: {error.strerror}; name the truth file") from error
    except msgspec.MsgspecError as error:
        raise GridwardenError(f"{file} is no truth file: {error}") from error


def _run(
    conn: psycopg.Connection[Any],
    spots: Spots,
    plan: Plan,
    span: tuple[Micros, Micros],
    warm_up: Micros,
    source: Source,
    lines: list[TruthLine] | None,
    advance: Advance,
) -> Judged:
    start, end = span
    if not spots:
        raise GridwardenError("the store has no site: run `gridwarden site load FILE` first")
    engine = Engine(plan, spots)
    agents = {name: spot.agent for name, spot in spots.items()}
    counted = _Counted(start, advance)
    batches = history(conn, agents, start - warm_up, end, source)
    grids = {name: spot.grid for name, spot in engine.spots.items()}
    would = claims_of(replay(engine, counted.steps(batches, end)), grids)
    if not counted.within:
        first = begins(conn, source)
        known = "it is empty" if first is None else f"it begins {moment(first):%Y-%m-%d %H:%M:%SZ}"
        raise GridwardenError(
            f"the store has nothing received between {moment(start):%Y-%m-%d %H:%M:%SZ} and "
            f"{moment(end):%Y-%m-%d %H:%M:%SZ} ({known}): choose another --from and --to"
        )
    was = [
        _claim(one, grids.get(one.anomaly.device))
        for one in raised(conn, start, end)
        if not one.anomaly.muted
    ]
    return judged(plan, start, end, would, was, lines)


class _Counted:
    """Looks on as batches go by."""

    def __init__(self, start: Micros, advance: Advance) -> None:
        self.within = 0
        self._start = start
        self._advance = advance

    def steps(self, batches: Iterator[CommittedBatch], end: Micros) -> Iterator[Taken | Tick]:
        for batch in batches:
            self.within += batch.received >= self._start
            self._advance(batch.received)
            yield Taken(batch.received, batch)
        yield Tick(end)


async def _spots(database_url: str) -> Spots:
    async with await psycopg.AsyncConnection.connect(database_url) as conn:
        return await read_spots(conn)


def _claim(one: Raised, grid: str | None) -> Claim:
    anomaly = one.anomaly
    return Claim(
        key=anomaly.key,
        kind=anomaly.kind,
        device=anomaly.device,
        grid=grid,
        started=anomaly.started,
        raised=anomaly.raised,
        found=one.found,
        over=one.recovered,
    )
