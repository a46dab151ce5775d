"""Commands on second factors: what to do for who has lost the phone."""

from __future__ import annotations

import typer

from gridwarden.commands.accounts import Conn, Named, named, run_noted
from hub.accounts import second, store
from hub.accounts.domain import folded
from ingest import clock

app = typer.Typer(no_args_is_help=True, help="Authenticator apps, the second factor.")


@app.callback()
def both() -> None:
    """Authenticator apps, the second factor."""


@app.command("reset")
def reset(context: typer.Context, name: Named) -> None:
    """Remove the authenticator app of who has lost it; sessions end."""

    async def work(conn: Conn) -> None:
        account, now = await named(conn, name), clock.now()
        await second.remove(conn, account.id)
        await store.end_sessions(conn, account.id, now)

    run_noted(context, work, "totp_reset")
    typer.echo(f"{folded(name)} signs in with the password alone; let them set up a new app")
