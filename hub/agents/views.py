"""Views of the commands to agents: the models of the API."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any, Literal, TypeAlias

import msgspec
from psycopg.rows import DictRow
from pydantic import BaseModel, ConfigDict, Field

from edge.command import MAX_FILE_CHARACTERS, Order
from hub.views import Instant
from ingest import clock

CURSOR = r"^[0-9]{1,16}\.[A-Za-z0-9._-]{1,64}$"
LONGEST_S = 86_400  # ours: what an agent that is away for a day should still do

CommandState: TypeAlias = Literal["waiting", "sent", "done", "refused", "failed", "expired"]


class _Order(BaseModel):
    model_config = ConfigDict(extra="forbid")


class ConfigureOrder(_Order):
    """Put a text into force as the agent's file."""

    do: Literal["configure"]
    file: str = Field(min_length=1, max_length=MAX_FILE_CHARACTERS, description="TOML")


class SnapshotOrder(_Order):
    """Take a camera's next picture."""

    do: Literal["snapshot"]
    device: str = Field(pattern=r"^[A-Za-z0-9._-]{1,64}$", examples=["camera-1"])


class ReportOrder(_Order):
    """Report the agent's state at once."""

    do: Literal["report_now"]


class LinkTestOrder(_Order):
    """Test the link from the agent to the store again."""

    do: Literal["link_test"]


class CommandRequest(_Order):
    """What an agent is to do, and for how long it is worth doing."""

    order: Annotated[
        ConfigureOrder | SnapshotOrder | ReportOrder | LinkTestOrder, Field(discriminator="do")
    ]
    valid_s: float = Field(30, gt=0, le=LONGEST_S, description="Not to be done later than so")


class Command(BaseModel):
    """A command to an agent and what became of it."""

    id: str
    agent: str
    do: str = Field(examples=["snapshot"])
    device: str | None = Field(description="Whose picture a snapshot is to be")
    state: CommandState = Field(
        description="waiting and sent are open; refused changed nothing; reason says why"
    )
    made: Instant
    valid_until: Instant
    tries: int = Field(description="How often it was published")
    answered: Instant | None
    reason: str
    detail: dict[str, Any] = Field(description="What the agent answered besides")
    picture: str | None = Field(description="Where the picture of a snapshot is")


class CommandPage(BaseModel):
    """Commands to an agent, newest first."""

    items: list[Command]
    next: str | None = Field(description="`cursor` of the next page")


def cursor_of(row: DictRow) -> str:
    """Where a page ends: the last command's time and id."""
    return f"{clock.micros(row['made'])}.{row['id']}"


def place_of(cursor: str) -> tuple[datetime, str]:
    """The time and id that a cursor of `CURSOR`'s form means."""
    made, _, command = cursor.partition(".")
    return clock.moment(int(made)), command


def order_of(request: CommandRequest) -> Order:
    """The order as it goes over the wire."""
    return msgspec.convert(request.order.model_dump(), Order)


def command_view(row: DictRow) -> Command:
    """A command's row. An agent's file, which may hold a camera's password, is not repeated."""
    order, detail = row["order"], row["detail"]
    time = detail.get("time")
    shows = order["do"] == "snapshot" and row["state"] == "done" and isinstance(time, int)
    return Command(
        **{name: row[name] for name in Command.model_fields if name in row},
        do=order["do"],
        device=order.get("device"),
        picture=f"/api/snapshots/{order['device']}/{time}.jpg" if shows else None,
    )
