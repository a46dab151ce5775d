"""Commands on leave: file it, decide it, list it."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Literal

import typer

from gridwarden.context import context_of
from gridwarden.store import decide_leave, file_leave, leaves_since
from hub.roster.domain import Leave
from hub.roster.store import FiledLeave
from ingest import clock

app = typer.Typer(no_args_is_help=True, help="Leave: filed, then decided by a higher grid.")

By = Annotated[str, typer.Option(help="Who acts, by id")]


@app.command("file")
def file(
    context: typer.Context,
    starts: Annotated[datetime, typer.Argument(help="From when, in this machine's time zone")],
    ends: Annotated[datetime, typer.Argument(help="Until when")],
    by: By,
    person: Annotated[str | None, typer.Option(help="Whose leave; default who acts")] = None,
    reason: Annotated[str, typer.Option(help="Why")] = "",
) -> None:
    """File leave for oneself or another; it moves nothing before it is approved."""
    leave = Leave(
        person=person or by,
        starts=clock.micros(starts.astimezone()),
        ends=clock.micros(ends.astimezone()),
    )
    filed = file_leave(context_of(context).database_url, leave, by=by, reason=reason)
    typer.echo(_line(filed))


@app.command("decide")
def decide(
    context: typer.Context,
    leave: Annotated[int, typer.Argument(help="The leave's number")],
    verdict: Annotated[Literal["approve", "refuse", "withdraw"], typer.Argument()],
    by: By,
) -> None:
    """Approve, refuse or withdraw leave.

    Another person than who filed or takes it approves or refuses it, as a holder of a grid above
    all that the person holds; who filed or takes it may withdraw it.
    """
    decided = decide_leave(context_of(context).database_url, leave, verdict, by=by)
    typer.echo(_line(decided))


@app.command("list")
def listed(
    context: typer.Context,
    since: Annotated[
        datetime | None, typer.Option(help="Ending after; default now: in course and ahead")
    ] = None,
) -> None:
    """List leave in order of its start."""
    after = clock.now() if since is None else clock.micros(since.astimezone())
    for leave in leaves_since(context_of(context).database_url, after):
        typer.echo(_line(leave))


def _line(leave: FiledLeave) -> str:
    span = " to ".join(
        f"{clock.moment(at).astimezone():%F %H:%M}" for at in (leave.starts, leave.ends)
    )
    decided = f" by {leave.decided_by}" if leave.decided_by else ""
    reason = f": {leave.reason}" if leave.reason else ""
    return f"{leave.id} {leave.state}{decided} {leave.person} {span}{reason}"
