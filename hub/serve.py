"""Serving: the hub under uvicorn, on loopback unless told otherwise, stopped cleanly."""

from __future__ import annotations

import errno
import ipaddress
import socket
from collections.abc import Callable
from typing import cast

import psycopg
import uvicorn
from fastapi import FastAPI

from hub.app import create_app, openapi_document
from hub.cameras.link import Broker
from hub.plans.read import read_plan_file
from hub.settings import HubSettings
from hub.tracing.keep import KEEP_DAYS
from hub.wiring import Parts

__all__ = [
    "PortTakenError",
    "RemoteRefusedError",
    "ServeError",
    "StoreMissingError",
    "openapi_document",
    "run_hub",
]

STOP_S = 3  # seconds that answers may still take when the hub stops; ours
CONNECT_S = 10  # seconds to wait for the database; ours
BACKLOG = 256


class ServeError(RuntimeError):
    """The hub cannot listen; the text says what to do."""


class RemoteRefusedError(ServeError):
    """The address is not loopback, and nobody has allowed that or demo accounts are there."""


class StoreMissingError(ServeError):
    """The database is away or without our tables."""


class PortTakenError(ServeError):
    """Another program listens there already."""


class HubServer(uvicorn.Server):
    """Ends the event streams when it stops, which would hold it up otherwise."""

    def __init__(self, config: uvicorn.Config, ready: Callable[[], None]) -> None:
        super().__init__(config)
        self._ready = ready

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Start, then say so."""
        await super().startup(sockets)
        if self.started:
            self._ready()

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """Stop, streams first."""
        app = cast(FastAPI, self.config.app)
        parts = cast(Parts, app.state.parts)
        parts.broadcast.close()
        parts.relay.close()
        await super().shutdown(sockets)
        self._captured_signals.clear()  # they asked for this stop; it is not to end in a kill


def run_hub(
    settings: HubSettings,
    *,
    database_url: str,
    broker: Broker | None = None,
    keep_days: int = KEEP_DAYS,
    account_key: bytes | None = None,
    ready: Callable[[str], None] | None = None,
) -> None:
    """Serve until SIGTERM or SIGINT; `ready` is told the page's address.

    Without a `broker` no camera's picture is live. `keep_days` is how long swipes are kept, and so
    stays. Without an `account_key` nobody can set up a second factor.

    Raises:
        ServeError: the address may not, or cannot, be listened on.
        PlanError: the plan file cannot be read, or is no plan that may take effect.
    """
    refuse_remote(settings)
    check_store(database_url)
    refuse_demo_accounts(settings, database_url)
    plan = None if settings.plan is None else read_plan_file(settings.plan)
    app = create_app(
        database_url=database_url,
        plan=plan,
        broker=broker,
        tracing=settings.tracing,
        keep_days=keep_days,
        account_key=account_key,
    )
    config = uvicorn.Config(
        app,
        log_level="warning",
        access_log=False,
        server_header=False,
        timeout_graceful_shutdown=STOP_S,
        lifespan="on",
    )
    with bind(settings.host, settings.port) as listening:
        address = page_address(listening)
        server = HubServer(config, lambda: ready(address) if ready else None)
        server.run(sockets=[listening])


def refuse_remote(settings: HubSettings) -> None:
    """Check that the hub stays on this machine unless somebody said that others may reach it.

    Raises:
        RemoteRefusedError: the host is not loopback and `allow_remote` is not set.
    """
    if settings.allow_remote or _is_loopback(settings.host):
        return
    raise RemoteRefusedError(
        f"The hub will not listen on {settings.host}: it speaks plain HTTP, so passwords would "
        "travel in clear. Use --host 127.0.0.1, or put a proxy with TLS in front of it and set "
        "GRIDWARDEN_HUB__ALLOW_REMOTE=true."
    )


def refuse_demo_accounts(settings: HubSettings, database_url: str) -> None:
    """Check that nobody reaches the hub from elsewhere while the demo's accounts can sign in.

    Raises:
        RemoteRefusedError: the host is not loopback and one of them is not disabled.
    """
    if _is_loopback(settings.host):
        return
    with psycopg.connect(database_url, connect_timeout=CONNECT_S) as conn:
        query = "select exists (select from hub.accounts where demo and disabled is null)"
        if conn.execute(query).fetchone() == (False,):
            return
    raise RemoteRefusedError(
        f"The hub will not listen on {settings.host} while accounts of the demo can sign in: "
        "disable them (`gridwarden user list`, `gridwarden user disable NAME`), or use "
        "--host 127.0.0.1."
    )


def check_store(database_url: str) -> None:
    """Check that the database answers and has our tables.

    Raises:
        StoreMissingError: it does not, or has not.
    """
    try:
        with psycopg.connect(database_url, connect_timeout=CONNECT_S) as conn:
            conn.execute("select from hub.cases, public.feed limit 0")
    except psycopg.errors.UndefinedTable as error:
        raise StoreMissingError(
            "The database lacks the hub's tables: run `gridwarden migrate`, then start the hub."
        ) from error
    except psycopg.OperationalError as error:
        raise StoreMissingError(
            "The database does not answer: start it, or correct GRIDWARDEN_DATABASE__URL; "
            f"`gridwarden doctor` tells more. ({error})"
        ) from error


def bind(host: str, port: int) -> socket.socket:
    """A bound socket.

    Raises:
        PortTakenError: somebody else listens there.
        ServeError: the address is not one of this machine, or the port needs root.
    """
    try:
        family, kind, protocol, _, address = socket.getaddrinfo(
            host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
        )[0]
    except OSError as error:
        raise ServeError(f"{host} is no address to listen on: {error.strerror}.") from error
    listening = socket.socket(family, kind, protocol)
    try:
        listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listening.bind(address)
        listening.listen(BACKLOG)
    except OSError as error:
        listening.close()
        if error.errno == errno.EADDRINUSE:
            raise PortTakenError(
                f"Port {port} on {host} is taken by another program, perhaps another hub. Stop "
                "it, or choose another: --port 0 takes any free one (GRIDWARDEN_HUB__PORT=0)."
            ) from error
        raise ServeError(f"Cannot listen on {host}:{port}: {error.strerror}.") from error
    return listening


def page_address(listening: socket.socket) -> str:
    """Where a browser on this machine finds the page."""
    bound: tuple[str, int] = listening.getsockname()[:2]
    host, port = bound
    host = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(host, host)  # noqa: S104
    return f"http://[{host}]:{port}/" if ":" in host else f"http://{host}:{port}/"


def _is_loopback(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
