"""Repeatable: a route that gives a request that comes again with its key the same answer."""

# No `from __future__ import annotations`: FastAPI reads the annotations of what is made here.
import inspect
from collections.abc import Awaitable, Callable
from functools import wraps
from hashlib import sha256
from typing import Annotated, Any, Final

from fastapi import Depends, Request
from psycopg import AsyncConnection
from pydantic import BaseModel

from hub.replies.store import Asked, Key, once
from hub.rights.guard import MaybeActing
from hub.wiring import WiredParts

_ADDED: Final = "asked_again"

Route = Callable[..., Awaitable[Any]]


async def _asked(request: Request, parts: WiredParts, actor: MaybeActing, key: Key = None) -> Asked:
    body = sha256(await request.body()).hexdigest() if key is not None else ""
    return Asked(
        person="" if actor is None else actor.person,
        key=key,
        what=f"{request.method} {request.url.path}?{request.url.query} {body}",
        now=parts.clock(),
    )


def repeatable(route: Route) -> Route:
    """Let a route take an Idempotency-Key. It must have `conn` and return a model.

    With a key the route runs in one transaction with the keeping of its answer: both are there, or
    neither. An answer that is a problem is not kept.
    """
    signature = inspect.signature(route, eval_str=True)
    model = signature.return_annotation
    if "conn" not in signature.parameters or not issubclass(model, BaseModel):
        raise TypeError(f"{route.__qualname__} must take `conn` and return a model")

    @wraps(route)
    async def kept(**given: Any) -> Any:
        asked: Asked = given.pop(_ADDED)
        if asked.key is None:
            return await route(**given)
        conn: AsyncConnection[Any] = given["conn"]
        return await once(conn, asked, model, lambda: route(**given))

    added = inspect.Parameter(
        _ADDED, inspect.Parameter.KEYWORD_ONLY, annotation=Annotated[Asked, Depends(_asked)]
    )
    parameters = [*signature.parameters.values(), added]
    kept.__signature__ = signature.replace(parameters=parameters)  # type: ignore[attr-defined]
    return kept
