"""Acting on a case: one person's step, once, however often the request is sent."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import msgspec
from psycopg import AsyncConnection

from edge.wire import Micros
from hub.cases import store
from hub.cases.evidence import added, keep, with_evidence
from hub.cases.file import case_file
from hub.cases.machine import Refused, allowed, step
from hub.cases.merging import absorbed
from hub.cases.scene import doer_of, find_into, scene_of
from hub.cases.state import Event
from hub.cases.step_views import EvidenceRequest
from hub.cases.store import StoredCase
from hub.cases.views import CaseFile, Step
from hub.plans.domain import Plan
from hub.replies.store import Asked, once
from hub.rights.domain import Actor
from hub.sealing import canonical
from hub.wiring import Parts


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
    actor: Actor
    order: Step
    key: str | None


async def act(conn: AsyncConnection[Any], attempt: Attempt, parts: Parts, now: Micros) -> CaseFile:
    """Take the step in a transaction of its own; returns the file as it then is.

    Raises:
        NoSuchCaseError: the id is unknown.
        StepRefusedError: the case is not at that step, or something is missing.
        NoSuchPhotoError: a photo was not sent before.
        NoSuchAttachmentError: nor a document.
        ProblemError: the key belongs to another request of the last 24 hours.
    """
    order, plan, directory = attempt.order.order(), parts.plan, parts.directory

    async def take() -> CaseFile:
        await store.lock_log(conn)
        case = await store.find(conn, attempt.case)
        if case is None:
            raise NoSuchCaseError
        into = await find_into(conn, case, order, attempt.actor)
        doer = doer_of(attempt.actor, case, directory.territory)
        scene = await scene_of(conn, case, order, doer, plan, now, directory.territory, into)
        outcome = step(case.state, order, scene)
        if isinstance(outcome, Refused):
            raise StepRefusedError(outcome)
        await _refuse_twins(conn, case, outcome, plan)
        facts = await keep(conn, attempt.order.brought())
        merged = case
        outcome = with_evidence(outcome, doer.person, facts)
        case = await store.append(conn, case, outcome)
        if into is not None:
            taken = absorbed(into.state, merged.number, merged.state, by=doer.person, now=now)
            await store.append(conn, into, taken)
        return await case_file(conn, case, directory, now, plan.cases, doer)

    what = canonical({"case": attempt.case, **attempt.order.asked()}).decode()
    asked = Asked(person=attempt.actor.person, key=attempt.key, what=what, now=now)
    return await once(conn, asked, CaseFile, take)


class Addition(msgspec.Struct, frozen=True, kw_only=True):
    """Who adds which evidence to which case; `key` is the request's Idempotency-Key."""

    case: int
    actor: Actor
    order: EvidenceRequest
    key: str | None


async def add_evidence(
    conn: AsyncConnection[Any], addition: Addition, parts: Parts, now: Micros
) -> CaseFile:
    """Add photos and documents to a case, open or closed, in a transaction of its own.

    Raises:
        NoSuchCaseError: the id is unknown.
        NoSuchPhotoError: a photo was not sent before.
        NoSuchAttachmentError: nor a document.
        ProblemError: the key belongs to another request of the last 24 hours.
    """
    order, plan, directory = addition.order, parts.plan, parts.directory
    person = addition.actor.person

    async def take() -> CaseFile:
        await store.lock_log(conn)
        case = await store.find(conn, addition.case)
        if case is None:
            raise NoSuchCaseError
        facts = await keep(conn, order.brought())
        case = await store.append(conn, case, [added(person, now, order.note, facts)])
        doer = doer_of(addition.actor, case, directory.territory)
        return await case_file(conn, case, directory, now, plan.cases, doer)

    what = canonical({"evidence": addition.case, **order.model_dump()}).decode()
    asked = Asked(person=person, key=addition.key, what=what, now=now)
    return await once(conn, asked, CaseFile, take)


async def _refuse_twins(
    conn: AsyncConnection[Any], case: StoredCase, events: Sequence[Event], plan: Plan
) -> None:
    """One open case of a device and kind: an ended one isn't opened beside its successor.

    Raises:
        StepRefusedError: there is an open case of the same.
    """
    if case.state.open or all(event.event != "reopened" for event in events):
        return
    other = await store.find_open(conn, case.state.device, case.state.kind)
    if other is not None:
        message = f"Case {other.number} is open for the same already: go on there."
        choices = allowed(case.state, plan.cases)
        raise StepRefusedError(Refused("out_of_turn", message, choices))
