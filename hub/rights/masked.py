"""Masked: what outside auditors are told, with nobody's data in it (PR-11).

They see the work, not who did it: ids and names of people are exchanged for a mark that is the same
for the same person while the hub runs, and what people wrote in their own words is left out. What
can't be read as JSON, such as pictures, prints and files, they are not told at all.
"""

from __future__ import annotations

import hmac
import json
import secrets
from collections.abc import Callable
from typing import Any, Final, cast

from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from hub.directory import Directory
from hub.problems import AnsweredError, ProblemError, is_answered, respond
from hub.rights.domain import Actor, RoleName

OUTSIDE: Final[frozenset[RoleName]] = frozenset(
    {"upper_auditor", "internal_auditor", "social_auditor", "outside_auditor"}
)
OWN: Final = ("/api/me", "/api/session", "/api/secrecy-duty")  # of the auditor alone
WORDS: Final = frozenset(
    {
        "note", "words", "reason", "text", "goals", "contact", "phone", "purpose", "legal_basis",
        "address", "answer", "measure", "notice", "display", "browser", "photos", "pictures",
    }
)  # fmt: skip
"""Names of fields in which people write freely, or that lead to people."""
_JSON = ("application/json", "application/problem+json")
_MARK_CHARACTERS = 8  # of hexadecimal digits; ours


def is_outside(actor: Actor | None) -> bool:
    """Whether somebody is an outside auditor and nothing else."""
    if actor is None or not actor.roles:
        return False
    return all(held.role in OUTSIDE for held in actor.roles)


def masked(value: Any, mark: Callable[[str], str | None]) -> Any:
    """A JSON value without people; `mark` says what stands for a text that means a person."""
    match value:
        case str():
            return mark(value) or value
        case list():
            return [masked(one, mark) for one in cast("list[Any]", value)]
        case dict():
            found = cast("dict[str, Any]", value)
            return {
                mark(key) or key: _blank(one) if key in WORDS else masked(one, mark)
                for key, one in found.items()
            }
        case _:
            return value


def marks(directory: Directory, key: bytes) -> Callable[[str], str | None]:
    """What stands for a person's id or name: the same for both, and for nothing else."""
    known: dict[str, str] = {}
    for person in directory.people:
        name = directory.name(person)
        for text in (person, name.en, name.zh):
            known[text] = _mark(person, key)

    def mark(text: str) -> str | None:
        if text.startswith("account:"):
            return _mark(text, key)
        return known.get(text)

    return mark


class Masked:
    """ASGI middleware: masks what outside auditors are answered."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app
        self._key = secrets.token_bytes(32)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on; hold back an answer that must be masked until it is whole."""
        if scope["type"] != "http" or not scope["path"].startswith("/api/"):
            await self._app(scope, receive, send)
            return
        start: Message | None = None
        body = b""
        refused = False

        async def watch(message: Message) -> None:
            nonlocal start, body, refused
            if message["type"] == "http.response.start":
                actor = cast("Actor | None", scope.get("state", {}).get("actor"))
                if not is_outside(actor) or scope["path"].startswith(OWN):
                    await send(message)
                    return
                start = message
                kind = MutableHeaders(scope=message).get("content-type", "")
                refused = not kind.startswith(_JSON) and message["status"] != 204
                if refused:
                    await respond(_untold().body)(scope, receive, send)
                    raise AnsweredError
                return
            if start is None:
                await send(message)
                return
            body += message.get("body", b"")
            if not message.get("more_body", False):
                directory = cast(Directory, scope["app"].state.parts.directory)
                await self._answer(start, body, marks(directory, self._key), send)

        try:
            await self._app(scope, receive, watch)
        except Exception as error:
            if not is_answered(error):
                raise

    async def _answer(
        self, start: Message, body: bytes, mark: Callable[[str], str | None], send: Send
    ) -> None:
        told = b""
        if body:
            told = json.dumps(masked(json.loads(body), mark), ensure_ascii=False).encode()
        headers = MutableHeaders(scope=start)
        headers["content-length"] = str(len(told))
        await send(start)
        await send({"type": "http.response.body", "body": told})


def _mark(person: str, key: bytes) -> str:
    return "staff-" + hmac.new(key, person.encode(), "sha256").hexdigest()[:_MARK_CHARACTERS]


def _blank(value: Any) -> Any:
    """An empty value of the same kind, so that programs can read it still."""
    match value:
        case str():
            return ""
        case list():
            return []
        case dict():
            found = cast("dict[str, Any]", value)
            return {key: _blank(one) for key, one in found.items()}
        case _:
            return value


def _untold() -> ProblemError:
    return ProblemError(
        403,
        "not-for-outsiders",
        "Outside auditors are not told that",
        "Pictures, prints, files and live streams may show people; ask the site for what you need.",
    )
