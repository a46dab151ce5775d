"""Headers: what every answer carries, so that a browser does only what the page needs."""

from __future__ import annotations

from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

SECURITY = {
    "Content-Security-Policy": (
        "default-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'; "
        "object-src 'none'"
    ),
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
}
ASSETS = "/assets/"  # the page's build puts a hash of the content in these names
IMMUTABLE = "public, max-age=31536000, immutable"
EVIDENCE = "private, max-age=31536000, immutable"  # for who asked; no proxy keeps it for others


class Headers:
    """ASGI middleware: security headers always, Cache-Control where the route set none."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on and complete the answer's headers."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return

        async def complete(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                headers.update(SECURITY)
                headers.setdefault("Cache-Control", caching(scope["path"], message["status"]))
            await send(message)

        await self._app(scope, receive, complete)


def caching(path: str, status: int) -> str:
    """How long an answer may be kept: hashed files for ever, the API's not at all."""
    if path.startswith("/api/") or status >= 400:
        return "no-store"
    return IMMUTABLE if path.startswith(ASSETS) else "no-cache"
