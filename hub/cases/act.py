"""Acting on a case: one person's step, once, however often the request is sent."""

from __future__ import annotations

from typing import Any

import msgspec
from psycopg import AsyncConnection

from edge.wire import Micros
from hub.cases import store
from hub.cases.domain import Refused, step
from hub.cases.evidence import Brought, added, keep, with_evidence
from hub.cases.file import case_file
from hub.cases.views import CaseFile, EvidenceRequest, Step
from hub.directory import Directory
from hub.replies.store import Asked, once
from hub.sealing import canonical


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


async def act(
    conn: AsyncConnection[Any], attempt: Attempt, directory: Directory, now: Micros
) -> CaseFile:
    """Take the step in a transaction of its own; returns the file as it then is.

    Raises:
        NoSuchCaseError: the id is unknown.
        StepRefusedError: the case is not at that step, or something is missing.
        NoSuchPhotoError: a photo was not sent before.
        NoSuchAttachmentError: nor a document.
        ProblemError: the key belongs to another request of the last 24 hours.
    """
    order = attempt.order

    async def take() -> CaseFile:
        await store.lock_log(conn)
        case = await store.find(conn, attempt.case)
        if case is None:
            raise NoSuchCaseError
        outcome = step(
            case.state,
            order.action,
            actor=attempt.actor,
            now=now,
            note=order.note,
            to=order.to,
            found=order.found,
            photos=order.photos,
        )
        if isinstance(outcome, Refused):
            raise StepRefusedError(outcome)
        facts = await keep(conn, _brought(order))
        case = await store.append(conn, case, with_evidence(outcome, attempt.actor, facts))
        return await case_file(conn, case, directory, now)

    # As the request was sent: a field that came later makes no repeated request another one.
    what = canonical({"case": attempt.case, **order.asked()}).decode()
    asked = Asked(person=attempt.actor, key=attempt.key, what=what, now=now)
    return await once(conn, asked, CaseFile, take)


class Addition(msgspec.Struct, frozen=True, kw_only=True):
    """Who adds which evidence to which case; `key` is the request's Idempotency-Key."""

    case: int
    actor: str
    order: EvidenceRequest
    key: str | None


async def add_evidence(
    conn: AsyncConnection[Any], addition: Addition, directory: Directory, now: Micros
) -> CaseFile:
    """Add photos and documents to a case, open or closed, in a transaction of its own.

    Raises:
        NoSuchCaseError: the id is unknown.
        NoSuchPhotoError: a photo was not sent before.
        NoSuchAttachmentError: nor a document.
        ProblemError: the key belongs to another request of the last 24 hours.
    """
    order = addition.order

    async def take() -> CaseFile:
        await store.lock_log(conn)
        case = await store.find(conn, addition.case)
        if case is None:
            raise NoSuchCaseError
        facts = await keep(conn, _brought(order))
        case = await store.append(conn, case, [added(addition.actor, now, order.note, facts)])
        return await case_file(conn, case, directory, now)

    what = canonical({"evidence": addition.case, **order.model_dump()}).decode()
    asked = Asked(person=addition.actor, key=addition.key, what=what, now=now)
    return await once(conn, asked, CaseFile, take)


def _brought(order: Step | EvidenceRequest) -> Brought:
    return Brought(photos=tuple(order.photos), documents=tuple(order.documents))
