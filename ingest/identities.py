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

    seq: int
    origin: Origin | None
    items: int
    refused: int


def taken(
    conn: psycopg.Connection[Any], agent: str, epoch: int, seqs: Collection[int]
) -> dict[int, Taken]:
    """Those of the batches that are in the store, by seq."""
    values = {"agent": agent, "epoch": epoch, "seqs": list(seqs)}
    return {row[0]: Taken(*row) for row in conn.execute(_QUERIES["taken"], values)}
