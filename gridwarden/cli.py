"""The `gridwarden` command: every command with its help, exit codes and errors that say what to do.

Exit codes: 0 done, 1 refused or failed (the reason is on standard error), 2 wrong usage.
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.markup import escape

from gridwarden import __version__
from gridwarden.commands import (
    agent,
    audit,
    backup,
    boards,
    broker,
    ca,
    cases,
    check,
    demo,
    process,
    replay,
    rules,
    shutoff,
    site,
    spool,
    trace,
    user,
)
from gridwarden.context import Context
from gridwarden.errors import GridwardenError
from gridwarden.logs import start_logging

app = typer.Typer(
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)
app.command("demo")(demo.demo)
app.command("settings")(check.settings)
app.command("doctor")(check.doctor)
app.command("openapi")(check.openapi)
app.command("migrate")(process.migrate)
app.command("trace")(trace.trace)
app.command("backup")(backup.backup)
app.command("restore")(backup.restore)
app.add_typer(process.hub, name="hub")
app.add_typer(process.ingest, name="ingest")
app.add_typer(process.edge, name="edge")
app.add_typer(replay.app, name="replay")
app.add_typer(spool.app, name="spool")
app.add_typer(site.app, name="site")
app.add_typer(user.app, name="user")
app.add_typer(rules.app, name="rules")
app.add_typer(shutoff.app, name="shutoff")
app.add_typer(ca.app, name="ca")
app.add_typer(agent.app, name="agent")
app.add_typer(broker.app, name="broker")
app.add_typer(cases.app, name="cases")
app.add_typer(boards.app, name="dashboards")
app.add_typer(audit.app, name="audit")


def _version(asked: bool) -> None:
    if asked:
        typer.echo(f"gridwarden {__version__}")
        raise typer.Exit


@app.callback()
def root(
    context: typer.Context,
    config: Annotated[
        Path | None, typer.Option(help="Settings file (TOML); default gridwarden.toml")
    ] = None,
    data_dir: Annotated[Path | None, typer.Option(help="Where all data is kept")] = None,
    verbose: Annotated[bool, typer.Option("--verbose", "-v", help="Log what happens")] = False,
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Print the version")
    ] = False,
) -> None:
    """Supervise a campus, a community or a town through its sensors, by grid management."""
    del version
    start_logging(verbose=verbose)
    flags = {} if data_dir is None else {"data_dir": data_dir}
    context.obj = Context(config, flags)


def main() -> None:
    """Entry point of the console command."""
    try:
        app()
    except GridwardenError as error:
        Console(stderr=True).print(f"gridwarden: {escape(str(error))}", style="red", soft_wrap=True)
        sys.exit(1)
