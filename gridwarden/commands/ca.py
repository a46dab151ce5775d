"""Commands on a site's own certificate authority."""

from __future__ import annotations

from typing import Annotated

import typer

from gridwarden.commands.enrolling import authority_path, broker_path, changing, now, tell_broker
from gridwarden.context import context_of
from gridwarden.devices.authority import CA_DAYS, fingerprint, read_certificate
from gridwarden.devices.folder import AUTHORITIES, AuthorityFolder
from gridwarden.devices.identity import Kind
from gridwarden.devices.register import WARN_BEFORE
from gridwarden.errors import GridwardenError

app = typer.Typer(no_args_is_help=True, help="The site's own certificate authority.")

_KINDS: dict[str, Kind] = {"agents": "agents", "devices": "devices", "services": "services"}
Days = Annotated[int, typer.Option(help="How long its certificate is good", min=1, max=36_500)]


@app.command("init")
def init(context: typer.Context, days: Days = CA_DAYS) -> None:
    """Make the authority, once per site.

    Its keys stay in `ca` below the data folder, for its owner only: back them up where nobody else
    reads. Everything else is made from them.
    """
    ours = context_of(context)
    path = authority_path(ours)
    AuthorityFolder.create(path, ours.settings.site, now(), days)
    typer.echo(f"made {path}, good for {days} days; next: gridwarden broker files --host NAME")


@app.command("show")
def show(context: typer.Context) -> None:
    """Say what the authority is, and what ends soon."""
    folder = AuthorityFolder(authority_path(context_of(context)))
    at = now()
    for name in AUTHORITIES:
        pem = folder.authority("services" if name == "services" else "agents").certificate
        read = read_certificate(pem)
        typer.echo(f"{name}: until {read.until:%Y-%m-%d}, SHA-256 {fingerprint(pem)}")
    register = folder.register
    good = register.good(at)
    typer.echo(
        f"site {register.site}: {len(good)} good, "
        f"{sum(one.revoked is not None for one in register.enrolments)} revoked"
    )
    for one in good:
        if one.until is not None and one.until - at < WARN_BEFORE:
            typer.echo(f"ends soon: {one.identity.user} on {one.until:%Y-%m-%d}")


@app.command("renew")
def renew(context: typer.Context, days: Days = CA_DAYS) -> None:
    """Make the authority's certificates anew; all that it signed stays good.

    Who knows the broker by the old certificate does so until that one ends; give out the new
    `agents.crt` as `ca.crt` before.
    """
    ours = context_of(context)
    with changing(ours) as folder:
        folder.renew(now(), days)
    typer.echo(
        f"renewed for {days} days; run `gridwarden broker files` again and restart the broker"
    )


@app.command("revoke")
def revoke(
    context: typer.Context,
    who: Annotated[str, typer.Argument(help="agents/NAME, devices/NAME or services/NAME")],
) -> None:
    """Revoke anybody's enrolments and throw them out."""
    word, _, name = who.partition("/")
    kind = _KINDS.get(word)
    if kind is None or not name:
        raise GridwardenError(f"{who!r}: write agents/NAME, devices/NAME or services/NAME")
    ours = context_of(context)
    with changing(ours) as folder:
        folder.revoke(kind, name, now())
    typer.echo(f"revoked: {who}")
    if broker_path(ours).exists():
        tell_broker(ours, folder)
