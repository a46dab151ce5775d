"""What the commands about authority, agents and broker share."""

from __future__ import annotations

from collections.abc import Generator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

import typer

from gridwarden.context import Context
from gridwarden.devices.folder import AuthorityFolder
from gridwarden.devices.identity import BadNameError
from gridwarden.devices.register import RegisterError
from gridwarden.devices.site_broker import bring_up_to_date
from gridwarden.errors import told


def authority_path(context: Context) -> Path:
    """Where the site's authority is."""
    return context.settings.data_dir / "ca"


def broker_path(context: Context) -> Path:
    """Where the broker's files are."""
    return context.settings.data_dir / "broker"


def now() -> datetime:
    """The machine's clock, to the second as certificates have it."""
    return datetime.now(UTC).replace(microsecond=0)


@contextmanager
def changing(context: Context) -> Generator[AuthorityFolder]:
    """The site's authority, held alone; what is refused is told as one message."""
    with told(RegisterError, BadNameError):
        authorities = AuthorityFolder(authority_path(context))
        with authorities.changing():
            yield authorities


def tell_broker(context: Context, authorities: AuthorityFolder, url: str | None = None) -> None:
    """Let the running broker follow the register, and say what became of it.

    Raises:
        GridwardenError: it can't be told.
    """
    brought = bring_up_to_date(authorities, broker_path(context), now(), url)
    for user in brought.change.removed:
        typer.echo(f"broker: {user} has no rights any more and is thrown out")
    for user in brought.change.added:
        typer.echo(f"broker: {user} may come in")
    if not brought.reloaded:
        typer.echo(
            "broker: let it read its lists of revoked certificates anew: "
            "kill -HUP, or `docker compose kill -s HUP broker`"
        )
