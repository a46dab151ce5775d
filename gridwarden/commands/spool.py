"""Commands that look into the spools of this machine's agents and carry them by hand."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table

from gridwarden.context import context_of

app = typer.Typer(no_args_is_help=True, help="Spools: what waits at the edge, and its carrying.")


@app.command("show")
def show(context: typer.Context) -> None:
    """Show what waits in each agent's spool here."""
    from edge.spool_file import SpoolInUseError
    from edge.spool_view import opened, spooled_agents
    from gridwarden.carried import spools_of
    from ingest.clock import moment

    folder = spools_of(context_of(context))
    columns = ("epochs", "batches", "bytes", "oldest", "made", "acknowledged", "evicted")
    table = Table("agent", *columns, box=None, header_style="bold")
    for agent in spooled_agents(folder):
        try:
            with opened(folder, agent) as spool:
                facts = spool.facts()
        except SpoolInUseError:
            table.add_row(agent, "runs: see /api/agents or the system page")
            continue
        oldest = "" if facts.oldest is None else f"{moment(facts.oldest):%Y-%m-%d %H:%M:%SZ}"
        numbers = (facts.made, facts.acknowledged, facts.evicted)
        waits = (str(facts.epochs), str(facts.batches), str(facts.bytes), oldest)
        table.add_row(agent, *waits, *map(str, numbers))
    Console().print(table)


@app.command("export")
def export(
    context: typer.Context,
    file: Annotated[Path, typer.Argument(help="The file to write")],
    agent: Annotated[str | None, typer.Option(help="Whose spool; needed if several")] = None,
) -> None:
    """Write a stopped agent's waiting batches to a file.

    The spool keeps them until the store has acknowledged them: when the link returns they come
    again and are dropped as known. The file holds card numbers: keep it like a key.
    """
    from edge.assemble import clock_micros
    from gridwarden.carried import export_spool

    manifest = export_spool(context_of(context), file, agent, clock_micros)
    typer.echo(f"{manifest.agent}: {manifest.batches} batches, {manifest.items} items in {file}")


@app.command("import")
def import_(
    context: typer.Context,
    file: Annotated[Path, typer.Argument(help="A file that `spool export` wrote")],
) -> None:
    """Bring a carried file into the store, marked courier.

    The file is checked to its end before anything of it is used. Importing it again adds nothing.
    """
    from gridwarden.carried import import_courier

    done = import_courier(context_of(context), file)
    typer.echo(
        f"{done.batches} batches: {done.already} already there; of the others {done.stored} items "
        f"stored, {done.refused} dead-lettered"
    )
