"""Acting on a case: one person's step, once, however often the request is sent."""

from __future__ import annotations

from typing import Any

import msgspec
from psycopg import AsyncConnection

from edge.wire import Micros
from hub.cases import store
from hub.cases.domain import Refused, step
from hub.cases.file import case_file
from hub.cases.replies import Asked, earlier_reply, keep_reply
from hub.cases.views import CaseFile, Step
from hub.directory import Directory


class NoSuchCaseError(LookupError):
    """There is no case with that id."""


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

    @property
    def asked(self) -> Asked | None:
        """The request under its key, if it has one."""
        if self.key is None:
            return None
        return Asked(self.actor, self.key, {"case": self.case, **self.order.model_dump()})


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
        asked = attempt.asked
        if asked is not None:
            earlier = await earlier_reply(conn, asked, now)
            if earlier is not None:
                return CaseFile.model_validate(earlier)
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
        if asked is not None:
            answer = reply.model_dump(mode="json", by_alias=True)
            await keep_reply(conn, asked, answer, now)
    return reply
