"""Commands on the territory: its file, who held which grid when, and how it changes."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import Annotated, Literal

import typer

from gridwarden.commands import leave
from gridwarden.context import Context, context_of
from gridwarden.errors import told
from gridwarden.store import (
    all_proposals,
    check_site_file,
    decide_proposal,
    export_site,
    free_code,
    holder_at,
    load_site_file,
    propose_departure_of,
    propose_file,
)
from hub.division.departure import Departure
from hub.division.proposals import Proposal
from hub.sites.rules import NO_RULES, GridRules
from ingest import clock

app = typer.Typer(no_args_is_help=True, help="The site's file: grids, places, devices, people.")
app.add_typer(leave.app, name="leave")

By = Annotated[str, typer.Option(help="Who acts, by id")]
Reason = Annotated[str, typer.Option(help="Why")]
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

    A file with problems is refused, and nothing is changed. What it changes is kept as a new
    version. Grids and holders that are in force change by a proposal only: see propose.
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


@app.command("export")
def export(
    context: typer.Context,
    form: Annotated[Literal["json", "geojson"], typer.Option("--format", help="What to write")] = (
        "json"
    ),
) -> None:
    """Print the site in force, or its grids as GeoJSON."""
    typer.echo(export_site(context_of(context).database_url, form).decode())


@app.command("code")
def code(
    context: typer.Context,
    village: Annotated[int, typer.Argument(min=0, max=999, help="The village's three digits")],
    kind: Annotated[
        Literal["ordinary", "dedicated"], typer.Option(help="What the grid is")
    ] = "ordinary",
) -> None:
    """Print the next free six-digit code of a village."""
    typer.echo(free_code(context_of(context).database_url, village, kind))


@app.command("propose")
def propose(context: typer.Context, file: SiteFile, by: By, reason: Reason) -> None:
    """Propose a change of grids, holders and duties.

    The file is a site's file or, if its name ends in .geojson, a FeatureCollection of grids.
    """
    ours = context_of(context)
    made = propose_file(ours.database_url, file, rules_of(ours), by=by, reason=reason)
    typer.echo(_line(made))


@app.command("depart")
def depart(
    context: typer.Context,
    person: Annotated[str, typer.Argument(help="Who leaves, by id")],
    kind: Annotated[Literal["transferred", "replaced", "dismissed"], typer.Argument(help="How")],
    by: By,
    reason: Reason,
    successor: Annotated[str | None, typer.Option(help="Who takes all posts, by id")] = None,
) -> None:
    """Propose that a member leaves all posts.

    Once approved, open cases go over with the reason; posts that nobody takes are vacant.
    """
    ours = context_of(context)
    departure = Departure(person=person, kind=kind, successor=successor)
    made = propose_departure_of(ours.database_url, departure, rules_of(ours), by=by, reason=reason)
    typer.echo(_line(made))


@app.command("proposals")
def proposals(context: typer.Context) -> None:
    """List proposed changes, newest first."""
    for one in all_proposals(context_of(context).database_url):
        typer.echo(_line(one))


@app.command("decide")
def decide(
    context: typer.Context,
    proposal: Annotated[int, typer.Argument(help="The proposal's number")],
    verdict: Annotated[Literal["approve", "refuse", "withdraw"], typer.Argument()],
    by: By,
    note: Annotated[str, typer.Option(help="What is to be remembered")] = "",
) -> None:
    """Approve, refuse or withdraw a proposed change.

    Approved by another person, who holds a grid above those that change, it is in force at once.
    """
    ours = context_of(context)
    done = decide_proposal(ours.database_url, proposal, verdict, rules_of(ours), by=by, note=note)
    typer.echo(_line(done))


def _line(one: Proposal) -> str:
    changes = ", ".join(f"{change.grid} {change.what}" for change in one.changes)
    decided = f" by {one.decided_by}" if one.decided_by else ""
    return f"{one.id} {one.state}{decided}: {changes} ({one.proposed_by}: {one.reason})"


def rules_of(context: Context) -> GridRules:
    """What the plan in force asks of the territory; nothing without a plan."""
    from hub.plans.domain import PlanError
    from hub.plans.read import read_plan_file

    plan = context.settings.hub.plan
    if plan is None:
        return NO_RULES
    with told(PlanError):
        return read_plan_file(plan).grids
