"""Commands on the territory: its file, who held which grid when, and how it changes."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import Annotated

import typer

from gridwarden.context import Context, context_of
from gridwarden.errors import told
from gridwarden.store import check_site_file, holder_at, load_site_file
from hub.sites.rules import NO_RULES, GridRules
from ingest import clock

app = typer.Typer(no_args_is_help=True, help="The site's file: grids, places, devices, people.")

SiteFile = Annotated[Path, typer.Argument(help="The site's file (JSON)")]


@app.command("check")
def check(context: typer.Context, file: SiteFile) -> None:
    """List what is wrong with a site's file.

    Gaps, overlaps, things in no grid, unknown names, and what the plan of hub.plan asks; exits 1
    when there are any. Of a sound file it lists what is worth a look.
    """
    problems, warnings = check_site_file(file, rules_of(context_of(context)))
    for problem in problems:
        typer.echo(problem)
    for warning in warnings:
        typer.echo(f"warning: {warning}")
    typer.echo(f"{len(problems)} problems")
    if problems:
        raise typer.Exit(1)


@app.command("load")
def load(
    context: typer.Context,
    file: SiteFile,
    unfinished: Annotated[
        bool, typer.Option("--unfinished", help="Accept gaps, overlaps and grids without a warden")
    ] = False,
) -> None:
    """Check a site's file and put it in force.

    A file with problems is refused, and nothing is changed. What the file changes is kept as a
    new version: nothing of the past is overwritten.
    """
    ours = context_of(context)
    load_site_file(ours.database_url, file, rules_of(ours), unfinished=unfinished)
    typer.echo(f"{file}: loaded")


@app.command("holder")
def holder(
    context: typer.Context,
    grid: Annotated[str, typer.Argument(help="The grid's code")],
    at: Annotated[
        datetime | None, typer.Option(help="When, in this machine's time zone; default now")
    ] = None,
) -> None:
    """Tell who held a grid at a time."""
    when = None if at is None else clock.micros(at.astimezone())
    then = holder_at(context_of(context).database_url, grid, when)
    since = then.held_since or then.since
    typer.echo(f"{then.code} {then.name.en} {then.name.zh} at {then.at.astimezone():%F %T}")
    for what, person in (
        ("warden", then.warden),
        ("stand-in", then.stand_in),
        ("first responsible", then.responsible.first),
        ("main responsible", then.responsible.main),
        ("specific responsible", then.responsible.specific),
    ):
        name = "nobody" if person is None else f"{person.id} {person.name.en} {person.name.zh}"
        typer.echo(f"  {what:21}{name}")
    until = "now" if then.held_until is None else f"{then.held_until.astimezone():%F %T}"
    typer.echo(f"  held from {since.astimezone():%F %T} until {until}")


def rules_of(context: Context) -> GridRules:
    """What the plan in force asks of the territory; nothing without a plan."""
    from hub.plans.domain import PlanError
    from hub.plans.read import read_plan_file

    plan = context.settings.hub.plan
    if plan is None:
        return NO_RULES
    with told(PlanError):
        return read_plan_file(plan).grids
