"""Identities: which batches of an agent the store has taken, and how they came."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any, NamedTuple

import psycopg

from edge.wire import Origin
from ingest.sql import load_queries

_QUERIES = load_queries("ingest", "identities.sql")


class Taken(NamedTuple):
    """A batch that the store has taken: `items` came, `refused` of them are dead letters.

    Of one that came longer ago than `ingest.batch_days` nothing but that is known: no origin, and
    counts of 0.
    """

    epoch: int
    seq: int
    origin: Origin | None
    items: int
    refused: int


def taken(
    conn: psycopg.Connection[Any], agent: str, keys: Collection[tuple[int, int]]
) -> dict[tuple[int, int], Taken]:
    """Those of the batches, named by epoch and seq, that are in the store."""
    values = {
        "agent": agent,
        "epochs": [epoch for epoch, _ in keys],
        "seqs": [seq for _, seq in keys],
    }
    found = (Taken(*row) for row in conn.execute(_QUERIES["taken"], values))
    return {(batch.epoch, batch.seq): batch for batch in found}
