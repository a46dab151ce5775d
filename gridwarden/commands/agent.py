"""Commands on who may speak at the broker: agents by certificate, simple devices by password."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import Annotated

import psycopg
import typer
from rich.console import Console
from rich.table import Table

from gridwarden.commands.enrolling import authority_path, changing, now, tell_broker
from gridwarden.context import Context, context_of
from gridwarden.devices.authority import CLIENT_DAYS
from gridwarden.devices.folder import AuthorityFolder, write_secret
from gridwarden.devices.identity import Kind
from gridwarden.devices.logins import agent_zip
from gridwarden.devices.register import Enrolment, Register, RegisterError
from gridwarden.errors import GridwardenError
from ingest.sql import load_queries

app = typer.Typer(no_args_is_help=True, help="Agents and simple devices: who may speak.")

Again = Annotated[bool, typer.Option("--again", help="Revoke the enrolment there is, and enrol")]


@app.command("enroll")
def enroll(
    context: typer.Context,
    name: Annotated[str, typer.Argument(help="The agent's name on the wire")],
    again: Again = False,
    days: Annotated[int, typer.Option(help="How long it is good", min=1, max=3650)] = CLIENT_DAYS,
    out: Annotated[Path | None, typer.Option(help="The ZIP file to write")] = None,
) -> None:
    """Give an agent a certificate, and write what it is started with.

    Unpack the file on the agent's machine, say in agent.toml what it reads, and run
    `gridwarden edge run --config agent.toml` there. The file holds the agent's key.
    """
    ours = context_of(context)
    with changing(ours) as folder:
        place = folder.register.place
        if place is None:
            raise GridwardenError("no broker yet: `gridwarden broker files --host NAME` first")
        file = out or ours.settings.data_dir / "agents" / f"{name}.zip"
        _replace(folder, "agents", name, again=again)
        pair = folder.issue("agents", name, now(), days)
        packed = agent_zip(folder.register.site, name, place.agents_url, folder.trusted, pair)
        try:
            file.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            write_secret(file, packed)
        except OSError as error:
            folder.revoke("agents", name, now())
            raise GridwardenError(f"{file}: {error.strerror}; name another with --out") from error
    typer.echo(f"{file}: the agent {name}, good for {days} days at {place.agents_url}")
    tell_broker(ours, folder)


@app.command("revoke")
def revoke(
    context: typer.Context,
    name: Annotated[str, typer.Argument(help="The agent's name, or the device's")],
    device: Annotated[bool, typer.Option("--device", help="It is a simple device")] = False,
) -> None:
    """Take an agent's or a device's rights away and throw it out."""
    ours = context_of(context)
    with changing(ours) as folder:
        folder.revoke("devices" if device else "agents", name, now())
    typer.echo(f"revoked: {name}")
    tell_broker(ours, folder)


@app.command("devices")
def devices(
    context: typer.Context,
    names: Annotated[list[str], typer.Argument(help="Devices, as they stand in the topic")],
    again: Again = False,
) -> None:
    """Give simple devices a user name and a password.

    Each may publish below gw/1/SITE/devices/ITS-NAME and do nothing else.
    """
    ours = context_of(context)
    made: list[tuple[str, str]] = []
    with changing(ours) as folder:
        for name in names:
            _replace(folder, "devices", name, again=again)
            identity = folder.admit(name, now())
            made.append((identity.user, folder.password(identity)))
    for user, password in made:
        typer.echo(f"{user}\t{password}")
    tell_broker(ours, folder)


@app.command("list")
def show(
    context: typer.Context,
    as_json: Annotated[bool, typer.Option("--json", help="Print as JSON")] = False,
) -> None:
    """List agents and devices: until when, revoked, last seen."""
    ours = context_of(context)
    register = AuthorityFolder(authority_path(ours)).register
    seen = _last_seen(ours)
    rows = [_row(one, seen) for one in register.enrolments if one.kind in ("agents", "devices")]
    if as_json:
        typer.echo(json.dumps(rows, ensure_ascii=False, indent=2))
        return
    table = Table("who", "made", "until", "state", "last seen", box=None, header_style="bold")
    for row in rows:
        table.add_row(*row.values())
    Console().print(table)


def _replace(folder: AuthorityFolder, kind: Kind, name: str, *, again: bool) -> None:
    """Make room for an enrolment, or refuse it."""
    register: Register = folder.register
    if not any(one.good(now()) for one in register.of(kind, name)):
        return
    if not again:
        raise RegisterError(f"{name} is enrolled; --again revokes that and enrols anew")
    folder.revoke(kind, name, now())


def _row(one: Enrolment, seen: Mapping[str, datetime]) -> dict[str, str]:
    last = seen.get(one.name) if one.kind == "agents" else None
    if one.revoked:
        state = f"revoked {one.revoked:%Y-%m-%d %H:%M}"
    else:
        state = "good" if one.good(now()) else "over"
    return {
        "who": one.identity.user,
        "made": f"{one.made:%Y-%m-%d}",
        "until": f"{one.until:%Y-%m-%d}" if one.until else "-",
        "state": state,
        "last_seen": f"{last:%Y-%m-%d %H:%M:%S}" if last else "-",
    }


def _last_seen(context: Context) -> dict[str, datetime]:
    """When each agent last reported, by the store; nothing where no store is at hand."""
    try:
        url = context.database_url
    except GridwardenError:
        return {}
    try:
        with psycopg.connect(url, connect_timeout=5) as conn:
            return dict(conn.execute(load_queries("gridwarden.devices")["last_seen"]).fetchall())
    except psycopg.Error as error:
        raise GridwardenError(
            f"the database does not answer: {' '.join(str(error).split())}; start it, or unset "
            "database.url to list without it"
        ) from error
