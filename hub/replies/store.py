"""Store of the replies: what a request brought is kept for a day under its key."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from hashlib import sha256
from typing import Annotated, Any, TypeVar

import msgspec
from fastapi import Header
from psycopg import AsyncConnection
from psycopg.types.json import Jsonb
from pydantic import BaseModel, StringConstraints

from edge.wire import Micros
from hub.problems import ProblemError
from ingest import clock
from ingest.sql import load_queries

KEPT: Micros = 24 * 3600 * 1_000_000  # ours

Key = Annotated[
    str | None,
    StringConstraints(min_length=1, max_length=200),
    Header(alias="Idempotency-Key", description="The same key again repeats the answer for 24 h"),
]
M = TypeVar("M", bound=BaseModel)

_QUERIES = load_queries("hub.replies")


class Asked(msgspec.Struct, frozen=True, kw_only=True):
    """Who asks; `what` is the same for the same request, without `key` nothing is kept."""

    person: str
    key: str | None
    what: str
    now: Micros


async def once(
    conn: AsyncConnection[Any], asked: Asked, model: type[M], work: Callable[[], Awaitable[M]]
) -> M:
    """Do the work in a transaction, or give the answer that the same key brought before.

    Raises:
        ProblemError: a 422, if the key belongs to another request.
    """
    async with conn.transaction():
        if asked.key is None:
            return await work()
        values = {"person": asked.person, "key": asked.key}
        await conn.execute(_QUERIES["lock"], values)
        await conn.execute(_QUERIES["forget"], {"before": clock.moment(asked.now - KEPT)})
        fingerprint = sha256(asked.what.encode()).digest()
        row = await (await conn.execute(_QUERIES["reply"], values)).fetchone()
        if row is not None:
            if row[0] != fingerprint:
                raise key_reused()
            return model.model_validate(row[1])
        reply = await work()
        kept = {
            "request": fingerprint,
            "reply": Jsonb(reply.model_dump(mode="json", by_alias=True)),
            "at": clock.moment(asked.now),
        }
        await conn.execute(_QUERIES["keep"], values | kept)
    return reply


def key_reused() -> ProblemError:
    """The problem of a key that came with another request before."""
    return ProblemError(
        422,
        "key-reused",
        "The Idempotency-Key belongs to another request",
        "Send each new request with a new key; repeat a key only with the very same request.",
    )
