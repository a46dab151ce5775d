"""Ledger: what the agents made, held against what the store has of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import psycopg

from edge.assemble import open_outbox
from edge.settings import EdgeSettings
from edge.wire import Micros
from gridwarden.demo.verdict import Raised
from ingest.sql import load_queries

_QUERIES = load_queries("gridwarden.demo")


@dataclass(frozen=True)
class Ledger:
    """Items: readings, swipes, detections and states, since the data folder was made.

    `made` is counted by the agents' spools, the rest by the store.
    """

    made: int
    stored: int
    doubled: int
    dead_lettered: int

    @property
    def lost(self) -> int:
        """Made, but neither stored nor dead-lettered with a reason."""
        return self.made - self.dead_lettered - (self.stored - self.doubled)

    @property
    def exact(self) -> bool:
        """Whether everything made is stored, exactly once."""
        return self.lost == 0 and self.doubled == 0 and self.dead_lettered == 0


def read_ledger(
    database_url: str, settings: EdgeSettings, spools: Path, agents: Sequence[str], carried: int
) -> Ledger:
    """Count both sides; the agents must have stopped. `carried` items came without a spool."""
    with psycopg.connect(database_url) as connection:
        stored = connection.execute(_QUERIES["stored"]).fetchone()
        doubled = connection.execute(_QUERIES["doubled"]).fetchone()
        refused = connection.execute(_QUERIES["dead_lettered"], {"agents": [*agents]}).fetchone()
    assert stored is not None
    assert doubled is not None
    assert refused is not None
    return Ledger(
        made=carried + sum(_made(spools, agent, settings) for agent in agents),
        stored=sum(stored),
        doubled=int(doubled[0]),
        dead_lettered=int(refused[0]),
    )


def _made(spools: Path, agent: str, settings: EdgeSettings) -> int:
    outbox = open_outbox(spools, agent, settings)
    try:
        return outbox.counts.made
    finally:
        outbox.close()


def read_raised(database_url: str, kinds: Mapping[str, str], since: Micros) -> list[Raised]:
    """Every case opened, come back or worsened since a time, in the order of the log.

    `kinds` is the kind of anomaly by the plan's rule.
    """
    with psycopg.connect(database_url) as connection:
        rows = connection.execute(_QUERIES["raised"], {"since": since}).fetchall()
    return [Raised(kinds[rule], *rest) for rule, *rest in rows]
