"""Acting on a case: one person's step, once, however often the request is sent."""

from __future__ import annotations

from hashlib import sha256
from typing import Any

import msgspec
from psycopg import AsyncConnection
from psycopg.types.json import Jsonb

from edge.wire import Micros
from hub.cases import store
from hub.cases.domain import Refused, step
from hub.cases.file import case_file
from hub.cases.views import CaseFile, Step
from hub.directory import Directory
from hub.sealing import canonical
from ingest import clock
from ingest.sql import load_queries

REPLY_KEPT = 24 * 3600 * 1_000_000  # microseconds

_QUERIES = load_queries("hub.cases")


class NoSuchCaseError(LookupError):
    """There is no case with that id."""


class KeyReusedError(ValueError):
    """The same Idempotency-Key came with another request before."""


class StepRefusedError(Exception):
    """The case machine refuses the step."""

    def __init__(self, refused: Refused) -> None:
        super().__init__(refused.message)
        self.refused = refused


class Attempt(msgspec.Struct, frozen=True, kw_only=True):
    """Who asks for which step of which case; `key` is the request's Idempotency-Key."""

    case: int
    actor: str
    order: Step
    key: str | None

    def fingerprint(self) -> bytes:
        """The same for the same request."""
        return sha256(canonical({"case": self.case, **self.order.model_dump()})).digest()


async def act(
    conn: AsyncConnection[Any], attempt: Attempt, directory: Directory, now: Micros
) -> CaseFile:
    """Take the step in a transaction of its own; returns the file as it then is.

    Raises:
        NoSuchCaseError: the id is unknown.
        StepRefusedError: the case is not at that step, or something is missing.
        KeyReusedError: the key belongs to another request of the last 24 hours.
    """
    async with conn.transaction():
        await store.lock_log(conn)
        if attempt.key is not None:
            earlier = await _earlier_reply(conn, attempt, now)
            if earlier is not None:
                return earlier
        case = await store.find(conn, attempt.case)
        if case is None:
            raise NoSuchCaseError
        order = attempt.order
        outcome = step(
            case.state, order.action, actor=attempt.actor, now=now, note=order.note, to=order.to
        )
        if isinstance(outcome, Refused):
            raise StepRefusedError(outcome)
        case = await store.append(conn, case, outcome)
        reply = await case_file(conn, case, directory, now)
        if attempt.key is not None:
            await _keep_reply(conn, attempt, reply, now)
    return reply


async def _earlier_reply(
    conn: AsyncConnection[Any], attempt: Attempt, now: Micros
) -> CaseFile | None:
    await conn.execute(_QUERIES["forget_replies"], {"before": clock.moment(now - REPLY_KEPT)})
    values = {"person": attempt.actor, "key": attempt.key}
    cursor = await conn.execute(_QUERIES["reply"], values)
    row = await cursor.fetchone()
    if row is None:
        return None
    if row[0] != attempt.fingerprint():
        raise KeyReusedError
    return CaseFile.model_validate(row[1])


async def _keep_reply(
    conn: AsyncConnection[Any], attempt: Attempt, reply: CaseFile, now: Micros
) -> None:
    values = {
        "person": attempt.actor,
        "key": attempt.key,
        "request": attempt.fingerprint(),
        "reply": Jsonb(reply.model_dump(mode="json", by_alias=True)),
        "at": clock.moment(now),
    }
    await conn.execute(_QUERIES["keep_reply"], values)
