"""Commands that save everything into one file and bring it back."""

from __future__ import annotations

from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated

import typer

from gridwarden.context import Context, context_of
from gridwarden.embedded.datadir import DataDir
from gridwarden.embedded.errors import EmbeddedError
from gridwarden.embedded.postgres import EmbeddedPostgres
from gridwarden.errors import told
from gridwarden.running import find_running


def backup(
    context: typer.Context,
    file: Annotated[Path, typer.Argument(help="File to write; must not exist")],
) -> None:
    """Save the store and the data folder into one file.

    What runs goes on running. The file holds people's data and keys: keep it where only you can
    read it, and not on this machine alone.
    """
    from gridwarden.backup import make_backup

    ours = context_of(context)
    with _database(ours, make=False) as url:
        manifest = make_backup(url, ours.settings.data_dir, file)
    rows = sum(manifest.rows.values())
    typer.echo(f"{file}: {rows} rows in {len(manifest.rows)} tables, {len(manifest.files)} files")
    if manifest.audit_head:
        typer.echo(f"audit head {manifest.audit_head}")


def restore(
    context: typer.Context,
    file: Annotated[Path, typer.Argument(help="A backup")],
) -> None:
    """Bring a backup back into an empty database.

    Checks every file and every table's rows, then applies newer migrations. Nothing is overwritten:
    without a database in the settings, the data folder must be a new one.
    """
    from gridwarden.backup import restore_backup

    ours = context_of(context)
    with _database(ours, make=True) as url:
        manifest, migrated = restore_backup(file, url, ours.settings.data_dir)
    typer.echo(f"restored what was saved at {manifest.made}: {sum(manifest.rows.values())} rows")
    typer.echo("\n".join(migrated) if migrated else "the schema is up to date")
    if manifest.audit_head:
        typer.echo(f"now run: gridwarden audit verify --kept {manifest.audit_head}")


@contextmanager
def _database(ours: Context, *, make: bool) -> Generator[str]:
    """The settings' or the running demo's database, else the data folder's, started for this."""
    data_dir = ours.settings.data_dir
    embedded = make or (data_dir / "postgres").exists()
    if ours.settings.database.url is not None or find_running(data_dir) or not embedded:
        yield ours.database_url
        return
    with told(EmbeddedError), DataDir(data_dir) as data, EmbeddedPostgres(data.postgres) as server:
        yield server.url
