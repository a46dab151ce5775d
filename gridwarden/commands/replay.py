"""Commands that bring records of the past through the same pipeline as live ones."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from gridwarden.context import context_of
from gridwarden.errors import GridwardenError

app = typer.Typer(no_args_is_help=True, help="Bring records of the past into the store.")


@app.command("swipes")
def swipes(
    context: typer.Context,
    file: Annotated[Path, typer.Argument(help="The access log (CSV with a header line)")],
    columns: Annotated[
        str,
        typer.Option(
            help="Which column is what: time=…,card=…,reader=… (several joined with +), "
            "and, where there are such, direction=…,granted=…"
        ),
    ],
    time_format: Annotated[
        str | None, typer.Option(help="strptime format; default: ISO 8601")
    ] = None,
    time_zone: Annotated[str, typer.Option(help="Zone of the times in the file")] = "UTC",
) -> None:
    """Bring in an access log, each record once.

    Every record ends as a swipe in the store, or as a dead letter that says why not. The same log
    replayed again adds nothing.
    """
    from gridwarden.replay import parse_columns, replay_file

    chosen = parse_columns(columns, time_format=time_format, time_zone=time_zone)
    result = replay_file(context_of(context), file, chosen)
    typer.echo(f"{result.records} records: {result.swipes} swipes, {result.rejected} dead letters")
    if result.records != result.swipes + result.rejected:
        raise GridwardenError("the counts do not add up: report this as a defect")
