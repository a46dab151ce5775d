"""Verdict: compares the store, reading by reading, with what the agents made."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import psycopg
from psycopg.rows import class_row

from ingest.sql import load_queries
from tools.chaos.crew import Life


@dataclass(frozen=True, slots=True)
class Verdict:
    """Readings: `lost` were made and are not stored, `doubled` are stored once too often, `wrong`
    have another time or device than they were made with, `unmade` nobody made."""

    made: int
    stored: int
    lost: int
    doubled: int
    wrong: int
    unmade: int
    dead_lettered: int = 0
    batches: int = 0

    @property
    def clean(self) -> bool:
        """Whether every reading made is stored once, as it was made, and nothing else."""
        faults = (self.lost, self.doubled, self.wrong, self.unmade, self.dead_lettered)
        return self.made > 0 and not any(faults)


@dataclass(frozen=True, slots=True)
class _Others:
    dead_lettered: int
    batches: int
    feed: int


def judge(database_url: str, lives: Iterable[Life]) -> Verdict:
    """The verdict over everything that is stored; reads all readings."""
    queries = load_queries("tools.chaos", "queries.sql")
    rows = [
        (c.agent, c.life, c.origin, c.period, c.devices, life.made)
        for life in lives
        for c in [life.course]
    ]
    with psycopg.connect(database_url) as conn:
        conn.execute(queries["lives"])
        with conn.cursor() as cursor:
            cursor.executemany(queries["add_life"], rows)
        verdict = conn.cursor(row_factory=class_row(Verdict)).execute(queries["judge"]).fetchone()
        others = conn.cursor(row_factory=class_row(_Others)).execute(queries["others"]).fetchone()
    assert verdict is not None
    assert others is not None
    return Verdict(
        verdict.made, verdict.stored, verdict.lost, verdict.doubled, verdict.wrong, verdict.unmade,
        others.dead_lettered, others.batches,
    )  # fmt: skip
