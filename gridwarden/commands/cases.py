"""Commands on cases: the proof that their files, and archives of them, are unaltered."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Annotated

import psycopg
import typer

from gridwarden.context import context_of
from gridwarden.errors import GridwardenError
from hub.casefile.proof import Verdict, prove_archive
from hub.cases.proof import Flaw, Proved, prove

app = typer.Typer(no_args_is_help=True, help="The files of cases.")


@app.callback()
def cases() -> None:
    """The files of cases."""


@app.command("verify")
def verify(
    context: typer.Context,
    what: Annotated[
        str | None,
        typer.Argument(help="A case, such as 2026-000123, or an archive (.zip); all if left out"),
    ] = None,
    head: Annotated[
        str | None, typer.Option(help="Of an archive: hash of the log's last entry, as you kept it")
    ] = None,
    seal: Annotated[
        str | None, typer.Option(help="Of an archive: its seal, as you kept it")
    ] = None,
) -> None:
    """Prove that the files of cases are unaltered.

    Each event is sealed to the one before it; altered, exchanged or missing events and photos, and
    a kept state that is not what the events amount to, are named. An archive is proven without a
    database, and its altered byte is named. Exits 1 when something was altered.
    """
    if what is not None and what.lower().endswith(".zip"):
        _verify_archive(Path(what), head, seal)
        return
    found = asyncio.run(_look(context_of(context).database_url, what))
    if what is not None and not found:
        raise GridwardenError(f"there is no case {what}; GET /api/cases lists them")
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


def _verify_archive(file: Path, head: str | None, seal: str | None) -> None:
    try:
        with file.open("rb") as content:
            verdict = prove_archive(content)
    except OSError as error:
        raise GridwardenError(f"{file} can't be read: {error.strerror}") from error
    faults = [f"{fault.where}: {fault.text}" for fault in verdict.faults]
    faults += _otherwise(verdict, head, seal)
    if faults or verdict.manifest is None:
        raise GridwardenError(f"{file} was altered\n  " + "\n  ".join(faults))
    about = verdict.manifest.about
    typer.echo(f"case {about.number} of {about.exported}: unaltered")
    typer.echo(f"  {about.chain.events} entries, {len(verdict.manifest.files)} files")
    typer.echo(f"  head {about.chain.head}")
    typer.echo(f"  seal {verdict.seal}")


def _otherwise(verdict: Verdict, head: str | None, seal: str | None) -> list[str]:
    """What differs from the values that somebody has kept."""
    told: list[str] = []
    if seal is not None and seal.lower() != verdict.seal:
        told.append(f"the archive: its seal is {verdict.seal}, not the one that you kept")
    found = "" if verdict.manifest is None else verdict.manifest.about.chain.head
    if head is not None and head.lower() != found:
        told.append(f"the log: its head is {found}, not the one that you kept")
    return told
