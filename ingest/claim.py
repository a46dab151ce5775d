"""Claim: each identity is taken once, whether its row still stands or was folded into a range.

A claim inserts first and looks into the ranges afterwards. Whoever inserts an identity that is
being folded waits until the fold has committed, so that its range is there to be seen by the second
statement. No lock is needed, and what was claimed in vain is given back before anybody sees it.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Any

import psycopg

from ingest.arrival import Identity, Message
from ingest.clock import moment
from ingest.sql import load_queries

_QUERIES = load_queries("ingest", "claim.sql")


def claim(conn: psycopg.Connection[Any], messages: Sequence[Message]) -> list[Message]:
    """Those of the messages that are new, each identity once, in the order of arrival.

    Inside the caller's transaction, which must read what others have committed meanwhile
    (READ COMMITTED).
    """
    first: dict[Identity, Message] = {}
    for entry in messages:
        if entry.identity is not None:
            first.setdefault(entry.identity, entry)
    if not first:
        return list(messages)
    columns = _columns(first) | {
        "received": [moment(entry.received) for entry in first.values()],
        "items": [entry.items for entry in first.values()],
        "refused": [entry.refused for entry in first.values()],
        "origin": [entry.origin for entry in first.values()],
    }
    claimed = {Identity(*row) for row in conn.execute(_QUERIES["claim"], columns)}
    claimed -= _give_back_folded(conn, claimed)
    fresh: list[Message] = []
    for entry in messages:
        if entry.identity is None:
            fresh.append(entry)
        elif entry.identity in claimed:
            claimed.remove(entry.identity)
            fresh.append(entry)
    return fresh


def _give_back_folded(
    conn: psycopg.Connection[Any], claimed: Collection[Identity]
) -> set[Identity]:
    lowest: dict[tuple[str, int], Identity] = {}
    for identity in claimed:
        if identity.epoch > 0:  # no others are folded
            epoch = identity[:2]
            lowest[epoch] = min(identity, lowest.get(epoch, identity))
    if not lowest:
        return set()
    reached = set(conn.execute(_QUERIES["reached"], _columns(lowest.values())))
    if not reached:
        return set()
    doubtful = [identity for identity in claimed if identity[:2] in reached]
    rows = conn.execute(_QUERIES["folded"], _columns(doubtful))
    folded = {Identity(*row) for row in rows}
    if folded:
        conn.execute(_QUERIES["give_back"], _columns(folded))
    return folded


def _columns(identities: Collection[Identity]) -> dict[str, list[Any]]:
    return {
        "agent": [identity.agent for identity in identities],
        "epoch": [identity.epoch for identity in identities],
        "seq": [identity.seq for identity in identities],
    }
