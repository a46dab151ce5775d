"""Routes of the agents: commands to them, and what became of these."""

from __future__ import annotations

import secrets
from typing import Annotated

import msgspec
from fastapi import APIRouter, Header, Path
from pydantic import StringConstraints

from hub.agents.store import ask, find, knows
from hub.agents.views import Command, CommandRequest, command_view, order_of
from hub.problems import ProblemError
from hub.wiring import Connection, WiredParts
from ingest import clock

_IDENTIFIER = r"^[A-Za-z0-9._-]{1,64}$"

AgentName = Annotated[str, Path(pattern=_IDENTIFIER, examples=["cameras"])]
CommandId = Annotated[str, Path(pattern=_IDENTIFIER)]
Key = Annotated[
    str | None,
    StringConstraints(pattern=_IDENTIFIER),
    Header(alias="Idempotency-Key", description="Becomes the command's id: asked once, done once"),
]

router = APIRouter(prefix="/api", tags=["agents"])


@router.post(
    "/agents/{name}/commands",
    summary="Ask an agent for something",
    status_code=202,
    responses={404: {}, 422: {}},
)
async def ask_agent(
    name: AgentName, request: CommandRequest, parts: WiredParts, conn: Connection, key: Key = None
) -> Command:
    """Hand a command to ingest, which publishes it; read it again to see what became of it."""
    if not await knows(conn, name):
        raise ProblemError(
            404,
            "no-such-agent",
            "There is no such agent",
            f"No agent `{name}` has ever reported; see GET /api/agents.",
        )
    command, order, now = key or secrets.token_hex(12), order_of(request), parts.clock()
    until = now + round(request.valid_s * 1e6)
    times = {"made": clock.moment(now), "valid_until": clock.moment(until)}
    await ask(conn, command, name, order, **times)
    row = await find(conn, name, command)
    if row is None or row["order"] != msgspec.to_builtins(order):
        raise ProblemError(
            422,
            "key-reused",
            "The Idempotency-Key belongs to another command",
            "Send each new command with a new key; repeat a key only with the very same command.",
        )
    return command_view(row)


@router.get(
    "/agents/{name}/commands/{command}", summary="What became of a command", responses={404: {}}
)
async def read_command(name: AgentName, command: CommandId, conn: Connection) -> Command:
    """A command; `done`, `refused`, `failed` and `expired` are final."""
    row = await find(conn, name, command)
    if row is None:
        raise ProblemError(
            404,
            "no-such-command",
            "There is no such command",
            f"Agent `{name}` was never asked for `{command}`.",
        )
    return command_view(row)
