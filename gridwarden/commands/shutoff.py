"""Commands on planned shut-offs of the water supply."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from datetime import datetime
from typing import Annotated, Any, TypeVar

import psycopg
import typer

from edge.wire import Micros
from gridwarden.context import context_of
from gridwarden.errors import GridwardenError
from hub.shutoffs import store
from hub.shutoffs.domain import Planned, ShutOff, ShutOffRefusedError
from ingest import clock

app = typer.Typer(no_args_is_help=True, help="Planned shut-offs of the water supply.")

T = TypeVar("T")
By = Annotated[str, typer.Option("--by", help="Who does it: a person's id, or a name")]
_FORMATS = ["%Y-%m-%dT%H:%M:%S%z", "%Y-%m-%dT%H:%M%z", "%Y-%m-%dT%H:%M:%S", "%Y-%m-%dT%H:%M"]


@app.command("add")
def add(
    context: typer.Context,
    start: Annotated[
        datetime, typer.Option("--from", formats=_FORMATS, help="Local unless it has an offset")
    ],
    until: Annotated[
        datetime, typer.Option("--to", formats=_FORMATS, help="Rules are armed again from then on")
    ],
    hydrants: Annotated[list[str], typer.Option("--hydrant", help="Once for each")],
    measure: Annotated[str, typer.Option(help="How a fire is fought meanwhile")],
    notice: Annotated[str, typer.Option(help="What the residents were told")],
    by: By,
) -> None:
    """Plan a shut-off: mute its hydrants to the log.

    None is accepted without an interim measure and a notice to the residents.
    """
    asked = Planned(
        start=clock.micros(start.astimezone()),
        until=clock.micros(until.astimezone()),
        hydrants=tuple(hydrants),
        measure=measure,
        notice=notice,
    )
    url = context_of(context).database_url
    shut_off = _run(url, lambda conn: store.plan(conn, asked, actor=by, now=clock.now()))
    typer.echo(_line(shut_off, clock.now()))


@app.command("list")
def show(
    context: typer.Context,
    everything: Annotated[bool, typer.Option("--all", help="Those that are over, too")] = False,
) -> None:
    """List the shut-offs that last or are to come."""
    now = clock.now()
    url = context_of(context).database_url
    found = _run(url, lambda conn: store.newest(conn, now, everything=everything))
    for shut_off in found:
        typer.echo(_line(shut_off, now))
    typer.echo(f"{len(found)} shut-offs")


@app.command("end")
def end(
    context: typer.Context,
    shut_off: Annotated[int, typer.Argument(help="Its number, as `list` shows it")],
    by: By,
) -> None:
    """End a shut-off early: arm its rules again."""
    url = context_of(context).database_url
    ended = _run(url, lambda conn: store.end(conn, shut_off, actor=by, now=clock.now()))
    typer.echo(_line(ended, clock.now()))


def _run(url: str, work: Callable[[psycopg.AsyncConnection[Any]], Awaitable[T]]) -> T:
    async def connected() -> T:
        async with await psycopg.AsyncConnection.connect(url, autocommit=True) as conn:
            return await work(conn)

    try:
        return asyncio.run(connected())
    except ShutOffRefusedError as error:
        raise GridwardenError(f"the shut-off is not accepted: {error}") from error
    except (store.NoSuchShutOffError, store.ShutOffOverError) as error:
        raise GridwardenError(f"{error}; see `gridwarden shutoff list --all`") from error
    except psycopg.errors.UndefinedTable as error:
        raise GridwardenError(
            "the database lacks our tables: run `gridwarden migrate` first"
        ) from error
    except psycopg.OperationalError as error:
        raise GridwardenError(f"the database does not answer: {error}") from error


def _line(shut_off: ShutOff, now: Micros) -> str:
    over = shut_off.until <= now or shut_off.ended is not None
    state = "lasts" if shut_off.lasts(now) else "over" if over else "planned"
    start, until = (_local(time) for time in (shut_off.start, shut_off.until))
    return f"{shut_off.id}  {state:8}{start} to {until}  {', '.join(shut_off.hydrants)}"


def _local(time: Micros) -> str:
    return clock.moment(time).astimezone().isoformat(sep=" ", timespec="seconds")
