"""Commands that look and change nothing: settings, doctor, openapi."""

from __future__ import annotations

import json
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table

from gridwarden.context import context_of
from gridwarden.settings import describe

MARKS = {"ok": "[green]ok[/green]", "warn": "[yellow]warn[/yellow]", "fail": "[red]fail[/red]"}


def settings(
    context: typer.Context,
    as_json: Annotated[bool, typer.Option("--json", help="Print as JSON")] = False,
) -> None:
    """Print every setting and where it was set.

    Secrets are hidden.
    """
    ours = context_of(context)
    lines = describe(ours.settings, file=ours.config, flags=ours.flags)
    if as_json:
        typer.echo(json.dumps([line._asdict() for line in lines], ensure_ascii=False, indent=2))
        return
    table = Table("setting", "value", "from", "meaning", box=None, header_style="bold")
    for line in lines:
        table.add_row(*line)
    Console().print(table)


def doctor(
    context: typer.Context,
    as_json: Annotated[bool, typer.Option("--json", help="Print as JSON")] = False,
) -> None:
    """Check what Gridwarden needs; say what to mend.

    Looks at database, extension, broker, disk, clock, certificate and camera decoding. Exits 1 when
    a check fails. Without a database or broker in the settings, it tries the embedded ones.
    """
    from gridwarden.doctor import examine

    checks = examine(context_of(context).settings)
    if as_json:
        typer.echo(json.dumps([check.__dict__ for check in checks], ensure_ascii=False, indent=2))
    else:
        table = Table("check", "", "found", "what to do", box=None, header_style="bold")
        for check in checks:
            table.add_row(check.name, MARKS[check.state], check.found, check.remedy)
        Console().print(table)
    if any(check.state == "fail" for check in checks):
        raise typer.Exit(1)


def openapi() -> None:
    """Print the hub's OpenAPI description."""
    from hub.serve import openapi_document

    typer.echo(json.dumps(openapi_document(), ensure_ascii=False, indent=1))
