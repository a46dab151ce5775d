"""Commands on cases: the proof that their files are unaltered."""

from __future__ import annotations

import asyncio
from typing import Annotated

import psycopg
import typer

from gridwarden.context import context_of
from gridwarden.errors import GridwardenError
from hub.cases.proof import Flaw, Proved, prove

app = typer.Typer(no_args_is_help=True, help="The files of cases.")


@app.callback()
def cases() -> None:
    """The files of cases."""


@app.command("verify")
def verify(
    context: typer.Context,
    number: Annotated[
        str | None, typer.Argument(help="Of one case, such as 2026-000123; all, if left out")
    ] = None,
) -> None:
    """Prove that the files of cases are unaltered.

    Each event is sealed to the one before it; altered, exchanged or missing events and photos, and
    a kept state that is not what the events amount to, are named.
    """
    found = asyncio.run(_look(context_of(context).database_url, number))
    if number is not None and not found:
        raise GridwardenError(f"there is no case {number}; GET /api/cases lists them")
    bad = [one for one in found if one.flaw is not None]
    for one in bad:
        assert one.flaw is not None
        typer.echo(f"{one.number}: {_told(one.flaw)}", err=True)
    events, photos = sum(one.events for one in found), sum(one.photos for one in found)
    typer.echo(
        f"{len(found) - len(bad)} of {len(found)} case files are unaltered "
        f"({events} events, {photos} photos)"
    )
    if bad:
        raise typer.Exit(1)


async def _look(url: str, number: str | None) -> list[Proved]:
    try:
        async with await psycopg.AsyncConnection.connect(url) as conn:
            return [one async for one in prove(conn, number)]
    except psycopg.errors.UndefinedTable as error:
        raise GridwardenError("the database lacks our tables: run `gridwarden migrate`") from error
    except psycopg.OperationalError as error:
        raise GridwardenError(f"the database does not answer: {error}") from error


def _told(flaw: Flaw) -> str:
    match flaw.what:
        case "event":
            return f"event {flaw.seq} ({flaw.event}) was altered"
        case "missing_event":
            return f"event {flaw.seq} is missing"
        case "photo":
            return f"photo {flaw.photo} of event {flaw.seq} was altered"
        case "missing_photo":
            return f"photo {flaw.photo} of event {flaw.seq} is missing"
        case "state":
            return "the kept state is not what its events amount to"
