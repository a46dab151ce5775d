"""Routes of the agents: commands to them, and what became of these."""

from __future__ import annotations

import secrets
from typing import Annotated

from fastapi import APIRouter, Header, Path, Query
from pydantic import StringConstraints

from hub.agents.store import ask, find, is_same, knows, newest
from hub.agents.views import (
    CURSOR,
    Command,
    CommandPage,
    CommandRequest,
    command_view,
    cursor_of,
    order_of,
    place_of,
)
from hub.problems import ProblemError
from hub.replies.store import key_reused
from hub.rights.domain import Actor, may
from hub.rights.guard import Acting, needs, within
from hub.rights.sight import path_of_agent
from hub.wiring import Connection, Parts, WiredParts
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
    dependencies=[needs("agents.command")],
)
async def ask_agent(
    name: AgentName,
    request: CommandRequest,
    parts: WiredParts,
    conn: Connection,
    actor: Acting,
    key: Key = None,
) -> Command:
    """Hand a command to ingest, which publishes it; read it again to see what became of it.

    The file of a `configure` is forgotten once that has ended: its key then stands for any file.
    """
    within(actor, "agents.command", path_of_agent(name, parts.directory.agents))
    if not await knows(conn, name):
        raise _no_such_agent(name)
    command, order, now = key or secrets.token_hex(12), order_of(request), parts.clock()
    until = now + round(request.valid_s * 1e6)
    times = {"made": clock.moment(now), "valid_until": clock.moment(until)}
    await ask(conn, command, name, order, **times)
    row = await find(conn, name, command)
    if row is None or not is_same(row["order"], order):
        raise key_reused()
    return command_view(row)


@router.get(
    "/agents/{name}/commands",
    summary="Commands to an agent, newest first",
    responses={404: {}},
    dependencies=[needs("agents.command", "system.read")],
)
async def list_commands(
    name: AgentName,
    parts: WiredParts,
    conn: Connection,
    actor: Acting,
    limit: Annotated[int, Query(ge=1, le=500)] = 50,
    cursor: Annotated[
        str | None, Query(pattern=CURSOR, description="`next` of the page before")
    ] = None,
) -> CommandPage:
    """What an agent was asked and what became of it; what ended goes after `command_days`."""
    _refuse_unseen(parts, actor, name)
    if not await knows(conn, name):
        raise _no_such_agent(name)
    before = None if cursor is None else place_of(cursor)
    found = await newest(conn, name, limit + 1, before)
    rows = found[:limit]
    return CommandPage(
        items=[command_view(row) for row in rows],
        next=cursor_of(rows[-1]) if len(found) > limit else None,
    )


@router.get(
    "/agents/{name}/commands/{command}",
    summary="What became of a command",
    responses={404: {}},
    dependencies=[needs("agents.command", "system.read")],
)
async def read_command(
    name: AgentName, command: CommandId, parts: WiredParts, conn: Connection, actor: Acting
) -> Command:
    """A command; `done`, `refused`, `failed` and `expired` are final."""
    _refuse_unseen(parts, actor, name)
    row = await find(conn, name, command)
    if row is None:
        raise ProblemError(
            404,
            "no-such-command",
            "There is no such command",
            f"Agent `{name}` was never asked for `{command}`.",
        )
    return command_view(row)


def _refuse_unseen(parts: Parts, actor: Actor, name: str) -> None:
    """Check that somebody may know of what an agent was asked."""
    path = path_of_agent(name, parts.directory.agents)
    if not may(actor, "agents.command", path):
        within(actor, "system.read", path)


def _no_such_agent(name: str) -> ProblemError:
    return ProblemError(
        404,
        "no-such-agent",
        "There is no such agent",
        f"No agent `{name}` has ever reported; see GET /api/agents.",
    )
