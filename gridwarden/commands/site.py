"""Commands on the site's file: grids, places, devices and who answers for them."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from gridwarden.context import context_of
from gridwarden.store import check_site_file, load_site_file

app = typer.Typer(no_args_is_help=True, help="The site's file: grids, places, devices, people.")

SiteFile = Annotated[Path, typer.Argument(help="The site's file (JSON)")]


@app.command("check")
def check(file: SiteFile) -> None:
    """List what is wrong with a site's file.

    Gaps, overlaps, devices in no grid, unknown names; exits 1 when there are any.
    """
    problems = check_site_file(file)
    for problem in problems:
        typer.echo(problem)
    typer.echo(f"{len(problems)} problems")
    if problems:
        raise typer.Exit(1)


@app.command("load")
def load(context: typer.Context, file: SiteFile) -> None:
    """Check a site's file and put it in force.

    A file with problems is refused, and nothing is changed.
    """
    load_site_file(context_of(context).database_url, file)
    typer.echo(f"{file}: loaded")
