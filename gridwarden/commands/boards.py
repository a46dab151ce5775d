"""Commands that bring our dashboards into a Grafana."""

from __future__ import annotations

import json
from typing import Annotated

import typer
from psycopg.conninfo import conninfo_to_dict

from dashboards.model import data_source
from dashboards.overview import overview
from gridwarden.context import context_of
from gridwarden.errors import GridwardenError

app = typer.Typer(no_args_is_help=True, help="Grafana dashboards over the store.")


@app.command("show")
def show() -> None:
    """Print the overview as JSON, for Grafana's import."""
    typer.echo(json.dumps(overview(), ensure_ascii=False, indent=1))


@app.command("push")
def push(
    context: typer.Context,
    url: Annotated[str, typer.Option(help="Grafana's address")] = "http://127.0.0.1:3000",
    user: Annotated[str, typer.Option(help="Grafana user")] = "admin",
    password: Annotated[
        str, typer.Option(help="That user's password", prompt=True, hide_input=True)
    ] = "",
) -> None:
    """Put data source and dashboards into a Grafana."""
    # Its client brings in a whole HTTP stack, which would slow down the start of every command.
    from dashboards.push import PushError
    from dashboards.push import push as push_to

    database = conninfo_to_dict(context_of(context).database_url)
    host = str(database.get("host", ""))
    if not host or host.startswith("/"):
        raise GridwardenError(
            "Grafana needs a database on the network; the embedded one has only a local socket"
        )
    source = data_source(
        host=f"{host}:{database.get('port', 5432)}",
        database=str(database.get("dbname", "")),
        user=str(database.get("user", "")),
        password=str(database.get("password", "")),
    )
    try:
        addresses = push_to(url, (user, password), source)
    except PushError as error:
        raise GridwardenError(str(error)) from error
    typer.echo("\n".join(addresses))
