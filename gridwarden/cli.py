"""The `gridwarden` command."""

from __future__ import annotations

import typer

app = typer.Typer(no_args_is_help=True)


@app.callback()
def root() -> None:
    """Supervise a campus, a community or a town through its sensors, by grid management."""


def main() -> None:
    """Entry point of the console command."""
    app()
