"""Replies: what was answered to a request with an Idempotency-Key, for when it comes again."""

from __future__ import annotations

from hashlib import sha256
from typing import Any

import msgspec
from psycopg import AsyncConnection
from psycopg.types.json import Jsonb

from edge.wire import Micros
from hub.sealing import canonical
from ingest import clock
from ingest.sql import load_queries

REPLY_KEPT = 24 * 3600 * 1_000_000  # microseconds

_QUERIES = load_queries("hub.cases")


class KeyReusedError(ValueError):
    """The same Idempotency-Key came with another request before."""


class Asked(msgspec.Struct, frozen=True):
    """Who asks what under which key; `request` is plain JSON, the same for the same request."""

    actor: str
    key: str
    request: dict[str, Any]

    def fingerprint(self) -> bytes:
        """The same for the same request."""
        return sha256(canonical(self.request)).digest()


async def earlier_reply(conn: AsyncConnection[Any], asked: Asked, now: Micros) -> Any | None:
    """The JSON that was answered to the same request in the last 24 hours, or None.

    Raises:
        KeyReusedError: the key belongs to another request.
    """
    await conn.execute(_QUERIES["forget_replies"], {"before": clock.moment(now - REPLY_KEPT)})
    values = {"person": asked.actor, "key": asked.key}
    cursor = await conn.execute(_QUERIES["reply"], values)
    row = await cursor.fetchone()
    if row is None:
        return None
    if row[0] != asked.fingerprint():
        raise KeyReusedError
    return row[1]


async def keep_reply(conn: AsyncConnection[Any], asked: Asked, reply: Any, now: Micros) -> None:
    """Keep what is answered."""
    values = {
        "person": asked.actor,
        "key": asked.key,
        "request": asked.fingerprint(),
        "reply": Jsonb(reply),
        "at": clock.moment(now),
    }
    await conn.execute(_QUERIES["keep_reply"], values)
