"""Commands on a site's broker: its files, and a running one kept in step."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Annotated

import typer

from gridwarden.commands.enrolling import authority_path, broker_path, now, tell_broker
from gridwarden.context import context_of
from gridwarden.devices.folder import AuthorityFolder
from gridwarden.devices.identity import BadNameError
from gridwarden.devices.mosquitto import Ports
from gridwarden.devices.register import RegisterError
from gridwarden.devices.rights import rights_of
from gridwarden.devices.site_broker import (
    PLUGIN_OF_THE_IMAGE,
    Layout,
    accounts,
    find_plugin,
    write_broker,
)
from gridwarden.embedded.broker import find_mosquitto
from gridwarden.errors import GridwardenError, told

app = typer.Typer(no_args_is_help=True, help="The site's broker: its files and its rights.")

_PORTS = Ports()


@app.command("files")
def files(
    context: typer.Context,
    hosts: Annotated[
        list[str], typer.Option("--host", help="What agents call the broker; the first is told")
    ],
    inside: Annotated[
        str | None, typer.Option(help="What hub and ingest call it; default the first --host")
    ] = None,
    at: Annotated[
        Path | None, typer.Option(help="Where the broker finds the folder; default where it is")
    ] = None,
    plugin: Annotated[Path | None, typer.Option(help="mosquitto_dynamic_security.so")] = None,
    user: Annotated[str | None, typer.Option(help="Who it runs as when root starts it")] = None,
    agents_port: Annotated[int, typer.Option(help="For agents")] = _PORTS.agents,
    services_port: Annotated[int, typer.Option(help="For hub and ingest")] = _PORTS.services,
    devices_port: Annotated[int, typer.Option(help="For simple devices")] = _PORTS.devices,
    anew: Annotated[
        bool, typer.Option("--anew", help="Users and roles, too; the broker must be stopped")
    ] = False,
) -> None:
    """Write what a Mosquitto is started with, and logins for the services.

    The folder `broker` below the data folder gets mosquitto.conf, certificates, lists of the
    revoked, and users with their rights; `services` gets a login for ingest, hub, courier and
    operator each. Run again, it renews what ends within 30 days.
    """
    ours = context_of(context)
    folder = broker_path(ours).absolute()
    layout = Layout(
        folder, at or folder, plugin or (PLUGIN_OF_THE_IMAGE if at else find_plugin()), user
    )
    with told(RegisterError, BadNameError):
        authorities = AuthorityFolder(authority_path(ours))
        write_broker(
            authorities, layout, tuple(hosts), inside or hosts[0],
            Ports(agents_port, services_port, devices_port), now(), anew=anew,
        )  # fmt: skip
    typer.echo(f"wrote {folder}; start it: mosquitto -c {layout.at / 'mosquitto.conf'}")


@app.command("run")
def run(context: typer.Context) -> None:
    """Run this machine's Mosquitto with these files until it is stopped."""
    file = broker_path(context_of(context)).absolute() / "mosquitto.conf"
    program = find_mosquitto()
    if program is None:
        raise GridwardenError("no mosquitto of version 2 or later on PATH; install it")
    if not file.exists():
        raise GridwardenError(f"{file} is missing; `gridwarden broker files --host NAME` makes it")
    os.execv(program, [program, "-c", str(file)])  # noqa: S606 (no shell is wanted)


@app.command("sync")
def sync(
    context: typer.Context,
    url: Annotated[
        str | None, typer.Option(help="The broker's address for services, mqtts://host:port")
    ] = None,
) -> None:
    """Make the running broker hold what the register says."""
    ours = context_of(context)
    with told(RegisterError):
        tell_broker(ours, AuthorityFolder(authority_path(ours)), url)
    typer.echo("the broker holds what the register says")


@app.command("rights")
def rights(context: typer.Context) -> None:
    """Print who may publish and hear what, as JSON for any broker."""
    folder = AuthorityFolder(authority_path(context_of(context)))
    site = folder.register.site
    told_rights = [
        {"user": one.user, **rights_of(site, one.kind, one.name)._asdict()}
        for one in (account.identity for account in accounts(folder, now()))
    ]
    typer.echo(json.dumps(told_rights, indent=2))
