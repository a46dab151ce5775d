"""Body limit: requests are short; a long one is refused before it is held in memory."""

from __future__ import annotations

from collections.abc import Mapping

from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send


class BodyLimit:
    """ASGI middleware: reading more than `most` bytes of a body raises an HTTP 413.

    `wider` holds the paths that take more, with how much.
    """

    def __init__(self, app: ASGIApp, most: int, wider: Mapping[str, int] | None = None) -> None:
        self._app = app
        self._most = most
        self._wider = wider or {}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on and count what is read of it."""
        read, most = 0, self._wider.get(scope.get("path", ""), self._most)

        async def counted() -> Message:
            nonlocal read
            message = await receive()
            read += len(message.get("body", b""))
            if read > most:
                raise HTTPException(413, f"Send {most} bytes at most.")
            return message

        await self._app(scope, counted, send)
