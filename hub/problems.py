"""Problems: every error of the API as `application/problem+json` (RFC 9457).

`detail` says what to do about it. `type` names the problem for programs; `about:blank` means
that the status says it all.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Generator
from contextlib import contextmanager
from http import HTTPStatus
from typing import Any, TypeVar, cast

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from psycopg import OperationalError
from psycopg_pool import PoolTimeout
from pydantic import BaseModel, Field
from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from ingest.failures import without_values

MEDIA_TYPE = "application/problem+json"
_TYPE_PREFIX = "urn:gridwarden:problem:"

E = TypeVar("E", bound=Exception)

_log = logging.getLogger(__name__)


class FieldError(BaseModel):
    """What is wrong with one part of a request; `field` is its path, as in `body.note`."""

    field: str
    message: str


class ProblemDetails(BaseModel):
    """Why a request was refused, and what to do."""

    type: str = Field(examples=["urn:gridwarden:problem:step-out-of-turn"])
    title: str = Field(examples=["The case is not at that step"])
    status: int = Field(examples=[409])
    detail: str = Field(examples=["The case is discovered; possible: `accept`, `note`."])
    allowed: list[str] | None = Field(None, description="Actions possible instead")
    rights: list[str] | None = Field(None, description="Rights of which one is missing")
    errors: list[FieldError] | None = Field(None, description="What is wrong, part by part")


class ProblemError(Exception):
    """Raised by routes; becomes a problem response."""

    def __init__(
        self,
        status: int,
        slug: str,
        title: str,
        detail: str,
        *,
        allowed: list[str] | None = None,
        rights: list[str] | None = None,
        errors: list[FieldError] | None = None,
        headers: dict[str, str] | None = None,
    ) -> None:
        super().__init__(detail)
        self.headers = headers
        self.body = ProblemDetails(
            type=_TYPE_PREFIX + slug,
            title=title,
            status=status,
            detail=detail,
            allowed=allowed,
            rights=rights,
            errors=errors,
        )


class AnsweredError(Exception):
    """Stops a route that was answered in its place; a middleware further out takes it."""


def is_answered(error: BaseException) -> bool:
    """Whether an error, or all that a group of tasks failed with, says just that."""
    if isinstance(error, BaseExceptionGroup):
        group = cast("BaseExceptionGroup[BaseException]", error)
        return all(is_answered(one) for one in group.exceptions)
    return isinstance(error, AnsweredError)


class BrokenOffError(Exception):
    """An answer was begun and cannot be ended; the log has told why, without values."""


@contextmanager
def told(refusal: type[E], problem: Callable[[E], ProblemError]) -> Generator[None]:
    """Within it, a refusal of the inside is told as the problem that `problem` makes of it."""
    try:
        yield
    except refusal as error:
        raise problem(error) from None


def respond(problem: ProblemDetails, headers: dict[str, str] | None = None) -> JSONResponse:
    """The problem as a response."""
    body = problem.model_dump(exclude_none=True)
    return JSONResponse(body, problem.status, headers=headers, media_type=MEDIA_TYPE)


def install(app: FastAPI) -> None:
    """Make every error that leaves the app a problem."""
    app.add_exception_handler(ProblemError, _raised)
    app.add_exception_handler(HTTPException, _refused_by_framework)
    app.add_exception_handler(RequestValidationError, _invalid)
    app.add_exception_handler(OperationalError, _database_away)
    app.add_exception_handler(PoolTimeout, _database_away)
    app.add_middleware(Unforeseen)


async def _raised(request: Request, error: Exception) -> JSONResponse:
    problem = cast(ProblemError, error)
    return respond(problem.body, problem.headers)


async def _refused_by_framework(request: Request, error: Exception) -> JSONResponse:
    refused = cast(HTTPException, error)
    phrase = HTTPStatus(refused.status_code).phrase
    detail = refused.detail
    if detail == phrase:
        detail = f"{request.method} {request.url.path}: {phrase.lower()}; see /api/openapi.json."
    problem = ProblemDetails(
        type="about:blank",
        title=phrase,
        status=refused.status_code,
        detail=detail,
        allowed=None,
        rights=None,
        errors=None,
    )
    return respond(problem, dict(refused.headers) if refused.headers else None)


async def _invalid(request: Request, error: Exception) -> JSONResponse:
    found = cast(RequestValidationError, error).errors()
    errors = [FieldError(field=_path(item["loc"]), message=item["msg"]) for item in found]
    return respond(invalid(errors).body)


def invalid(errors: list[FieldError]) -> ProblemError:
    """The problem of a request whose parts are not what they should be."""
    named = "; ".join(f"{item.field}: {item.message}" for item in errors)
    return ProblemError(
        422, "invalid-request", "The request is not as it should be", named, errors=errors
    )


async def _database_away(request: Request, error: Exception) -> JSONResponse:
    _log.warning("database away: %s", type(error).__name__)
    problem = ProblemError(
        503,
        "database-away",
        "The database does not answer",
        "Try again in a few seconds; if it stays away, run `gridwarden doctor`.",
    )
    return respond(problem.body, {"Retry-After": "2"})


class Unforeseen:
    """ASGI middleware: an error that nobody foresaw is logged, and told without its inside."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on; answer it with a problem if it fails before it is answered."""
        started = False

        async def watch(message: Message) -> None:
            nonlocal started
            started = True
            await send(message)

        try:
            await self._app(scope, receive, watch)
        except Exception as error:  # told in the log; the client gets a 500 that says so
            if scope["type"] != "http" or is_answered(error):
                raise
            _log.error("request failed: %s", without_values(error))
            if started:
                raise BrokenOffError from None
            problem = ProblemError(
                500,
                "unforeseen",
                "The hub failed on this request",
                "Nothing was changed. The hub's log tells more; please report it.",
            )
            await respond(problem.body)(scope, receive, send)


def _path(location: tuple[Any, ...] | list[Any]) -> str:
    return ".".join(str(part) for part in location)
