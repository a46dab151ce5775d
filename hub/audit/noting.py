"""Noting: the one place where a request gets its entry in the audit log.

A request that writes runs in one transaction, and its entry is part of it: a write that was
committed has its entry, and one without has not happened. A read of personal data, and an export,
is noted before the answer is sent: who can't be noted gets no answer. A refusal for want of a right
is noted, too, and so is a sign-in that fails. What a route notes itself is not noted again.
"""

from __future__ import annotations

import re
from collections.abc import AsyncGenerator, Callable, Mapping
from contextlib import asynccontextmanager
from typing import Any, Literal, cast
from urllib.parse import unquote

from fastapi import Request
from psycopg import AsyncConnection
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from edge.wire import Micros
from hub.audit.domain import Entry
from hub.audit.store import note, noted_by_hand, watched
from hub.problems import ProblemError

Kind = Literal["write", "read", "export"]

SAFE = frozenset({"GET", "HEAD", "OPTIONS"})
EXPORTS = (".csv", ".xlsx", ".pdf", ".zip", ".html")  # files and prints: copies leave the hub
KEPT = frozenset({401, 429})  # a sign-in that fails leaves its count and its entry
LONGEST_PURPOSE = 500  # characters; ours
NOBODY = "nobody"  # who acts without having signed in
WITHHELD = "withheld"  # who must not be told, not even to the auditor: see hub.reporters
_PARAMETER = re.compile(r"^\{(\w+)(?::\w+)?\}")


def kind_of(method: str, path: str, *, personal: bool) -> Kind | None:
    """What is noted of a request that went well, by its route's path; None: nothing."""
    if method not in SAFE:
        return "write"
    if path.endswith(EXPORTS):
        return "export"
    return "read" if personal else None


def subject_of(path: str, values: Mapping[str, Any]) -> str:
    """What a request is about, as in `case:17`, by its route's path and the values in it.

    A route without values is about the whole collection, as in `reports`.
    """
    segments = path.removeprefix("/api/").split("/")
    found: list[str] = []
    thing = segments[0].split(".")[0]
    for segment in segments:
        match = _PARAMETER.match(segment)
        if match:
            found.append(str(values.get(match[1], "")))
        elif not found:
            thing = segment.split(".")[0]
        else:
            break
    return f"{thing.removesuffix('s')}:{'/'.join(found)}" if found else thing


def purpose_of(request: Request) -> str:
    """What a request says it is for; percent-encoded in a header, which holds no Chinese."""
    given = request.query_params.get("purpose") or unquote(
        request.headers.get("X-Gridwarden-Purpose", "")
    )
    return given.replace("\0", "").strip()[:LONGEST_PURPOSE]


def note_as(request: Request, actor: str) -> None:
    """Under which name a request is noted, where that is not the one who signed in."""
    request.state.noted_as = actor


def note_subject(request: Request, subject: str) -> None:
    """What a request turned out to be about, as in `complaint:3` of one that was just made."""
    request.state.subject = subject


@asynccontextmanager
async def noted(
    request: Request, conn: AsyncConnection[Any], now: Callable[[], Micros]
) -> AsyncGenerator[None]:
    """Run a route on its connection, and note what it did."""
    route = _Route(request)
    if route.kind is None:
        yield
    elif route.kind != "write":
        yield
        if not noted_by_hand():
            await note(conn, route.entry(route.action, now()))
    else:
        failed: ProblemError | None = None
        async with conn.transaction():
            try:
                yield
            except ProblemError as error:
                if error.body.status not in KEPT:
                    raise
                failed = error
            if not noted_by_hand() and not (failed is not None and route.is_storm(failed)):
                action = route.action if failed is None else f"{route.action}.failed"
                await note(conn, route.entry(action, now()))
        if failed is not None:
            raise failed


class Refusals:
    """ASGI middleware: notes what somebody was refused for want of a right."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on; note a 403 before it is told."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        watched()

        async def watch(message: Message) -> None:
            refused = message["type"] == "http.response.start" and message["status"] == 403
            if refused and "route" in scope and not noted_by_hand():
                await _note_refusal(Request(scope))
            await send(message)

        await self._app(scope, receive, watch)


async def _note_refusal(request: Request) -> None:
    parts = request.app.state.parts
    route = _Route(request)
    async with parts.pool.connection() as conn:
        await note(conn, route.entry(f"{route.action}.denied", parts.clock()))


class _Route:
    """The route that a request came to."""

    def __init__(self, request: Request) -> None:
        route: Any = request.scope["route"]
        tags = cast("list[str]", route.tags)
        self._request = request
        self._path = cast(str, route.path_format)
        part = tags[0] if tags else self._path.split("/")[1]
        self.action = f"{part.replace(' ', '-').lower()}.{route.name}"
        personal = any(getattr(one.dependency, "of_persons", False) for one in route.dependencies)
        self.kind = kind_of(request.method, self._path, personal=personal)

    def is_storm(self, error: ProblemError) -> bool:
        """Whether a stranger is told to wait: each knock more would swell the log."""
        return error.body.status == 429 and getattr(self._request.state, "actor", None) is None

    def entry(self, action: str, now: Micros) -> Entry:
        """What is noted: who, what, and what for; nothing of what was sent or told."""
        request, state = self._request, self._request.state
        actor = getattr(state, "actor", None)
        who = getattr(state, "noted_as", None) or (NOBODY if actor is None else actor.person)
        data = {"method": request.method}
        if purpose := purpose_of(request):
            data["purpose"] = purpose
        if actor is None and who != WITHHELD and request.client is not None:
            data["address"] = request.client.host
        subject = getattr(state, "subject", None) or subject_of(self._path, request.path_params)
        return Entry(at=now, actor=who, action=action, subject=subject, data=data)
