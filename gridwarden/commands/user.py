"""Commands on accounts: add, invite, give and take roles, disable. Passwords are asked for."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

import typer

from edge.wire import Micros
from gridwarden.commands import user_totp
from gridwarden.commands.accounts import Conn, Named, by, named, run_noted
from gridwarden.context import Context, context_of
from gridwarden.errors import GridwardenError
from hub.accounts import manage, store
from hub.accounts.domain import (
    PASSWORD_FAULTS,
    TOKEN_DAYS,
    TOKEN_MOST_DAYS,
    Account,
    AccountError,
    folded,
    password_fault,
)
from hub.accounts.passwords import hashed_now
from hub.plans.read import read_plan_file, shipped_plan
from hub.rights.domain import EVERYWHERE, RIGHTS, ROLES, Actor, RoleName
from hub.rights.resolve import resolve, territory
from hub.rights.roles import Templates, templates_with
from hub.roster.store import approved_leaves
from hub.sites.store import read_site
from ingest import clock

app = typer.Typer(no_args_is_help=True, help="Accounts: who may sign in, with which roles.")

app.add_typer(user_totp.app, name="totp")

InGrid = Annotated[
    str | None, typer.Option(help="Where the role holds, all below included; default everywhere")
]


@app.command("add")
def add(
    context: typer.Context,
    name: Named,
    person: Annotated[str | None, typer.Option(help="Id of the person of the site")] = None,
    display: Annotated[str, typer.Option(help="What to call them")] = "",
    role: Annotated[str | None, typer.Option(help="A role to give at once")] = None,
    grid: InGrid = None,
    code: Annotated[bool, typer.Option("--code", help="Print a one-time code instead")] = False,
) -> None:
    """Add an account; asks for a password, or prints a code with which they set their own."""
    wanted = None if role is None else _role(role)
    password = None if code else _new_password(folded(name))
    now = clock.now()

    async def work(conn: Conn) -> str:
        made = await manage.add(conn, name=name, person=person, display=display, by=by(), now=now)
        if wanted is not None:
            await _grant(conn, made, wanted, grid, now, None)
        if password is not None:
            await store.set_password(conn, made.id, password, now)
            return f"{made.name} can sign in"
        return _code_text(made, *await manage.issue_code(conn, made.id, now))

    typer.echo(run_noted(context, work))


@app.command("list")
def listed(context: typer.Context) -> None:
    """List accounts by name."""
    for one in run_noted(context, manage.listed):
        seen = "never" if one.seen is None else _time(one.seen)
        typer.echo(f"{_line(one.account)}, last seen {seen}")


@app.command("show")
def show(context: typer.Context, name: Named) -> None:
    """Show an account: what it may do now, what was granted, sessions and tokens."""
    templates = _templates(context_of(context))
    now = clock.now()

    async def work(conn: Conn) -> list[str]:
        account = await named(conn, name)
        actor = await _actor(conn, account, templates, now)
        lines = [_line(account)]
        for held in actor.roles:
            until = "" if held.until is None else f" until {_time(held.until)}"
            lines.append(f"role {held.role} in {held.grid or 'the whole site'} ({held.why}){until}")
        for right, reach in sorted(actor.scopes.items()):
            where = "everywhere" if reach is EVERYWHERE else " ".join(sorted(reach)) or "one's own"
            lines.append(f"right {right}: {where}")
        for one in await manage.grants(conn, account.id):
            ends = "for good" if one.ends is None else f"to {_time(one.ends)}"
            lines.append(
                f"grant {one.id}: {one.role} in {one.grid or 'the whole site'} from "
                f"{_time(one.starts)} {ends} by {one.granted_by}"
            )
        return lines + await _openings(conn, account, now)

    typer.echo("\n".join(run_noted(context, work)))


@app.command("grant")
def grant(
    context: typer.Context,
    name: Named,
    role: Annotated[str, typer.Argument(help="Such as administrator or inspector")],
    grid: InGrid = None,
    until: Annotated[datetime | None, typer.Option("--to", help="Default for good")] = None,
) -> None:
    """Give an account a role."""
    wanted, now = _role(role), clock.now()
    ends = None if until is None else clock.micros(until.astimezone())
    if ends is not None and ends <= now:
        raise GridwardenError("--to is past: name a time to come")

    async def work(conn: Conn) -> int:
        return await _grant(conn, await named(conn, name), wanted, grid, now, ends)

    typer.echo(f"grant {run_noted(context, work)}: {wanted} in {grid or 'the whole site'}")


@app.command("revoke")
def revoke(
    context: typer.Context,
    name: Named,
    number: Annotated[int, typer.Argument(metavar="GRANT", help="See `gridwarden user show`")],
) -> None:
    """Take a role back that was given."""
    templates = _templates(context_of(context))

    async def work(conn: Conn) -> None:
        account = await named(conn, name)
        taken = await manage.revoke(
            conn, account.id, number, by=by(), templates=templates, now=clock.now()
        )
        if not taken:
            raise AccountError(f"{account.name} has no grant {number}; see `gridwarden user show`")

    run_noted(context, work)
    typer.echo(f"grant {number} is taken back")


@app.command("disable")
def disable(context: typer.Context, name: Named) -> None:
    """Let nobody in with an account: its sessions, tokens and code end at once."""
    templates = _templates(context_of(context))

    async def work(conn: Conn) -> None:
        account = await named(conn, name)
        await manage.disable(conn, account.id, templates=templates, now=clock.now())

    run_noted(context, work)
    typer.echo(f"{folded(name)} is disabled")


@app.command("enable")
def enable(context: typer.Context, name: Named) -> None:
    """Let somebody in with an account again."""

    async def work(conn: Conn) -> None:
        await manage.enable(conn, (await named(conn, name)).id)

    run_noted(context, work)
    typer.echo(f"{folded(name)} is enabled")


@app.command("password")
def password(context: typer.Context, name: Named) -> None:
    """Set another password, which is asked for; all sessions of the account end."""
    hashed = _new_password(folded(name))

    async def work(conn: Conn) -> None:
        account, now = await named(conn, name), clock.now()
        await store.set_password(conn, account.id, hashed, now)
        await store.end_sessions(conn, account.id, now)

    run_noted(context, work)
    typer.echo(f"{folded(name)} signs in with the new password from now on")


@app.command("code")
def code(context: typer.Context, name: Named) -> None:
    """Print a one-time code with which somebody sets a password; good once and for 72 hours."""

    async def work(conn: Conn) -> str:
        account = await named(conn, name)
        return _code_text(account, *await manage.issue_code(conn, account.id, clock.now()))

    typer.echo(run_noted(context, work))


@app.command("sessions")
def sessions(
    context: typer.Context,
    name: Named,
    end: Annotated[bool, typer.Option("--end", help="End them all")] = False,
) -> None:
    """List the sessions and tokens of an account, or end the sessions."""

    async def work(conn: Conn) -> list[str]:
        account, now = await named(conn, name), clock.now()
        if end:
            await store.end_sessions(conn, account.id, now)
        return await _openings(conn, account, now)

    typer.echo("\n".join(run_noted(context, work)) or "nobody is signed in with it")


@app.command("token")
def token(
    context: typer.Context,
    name: Named,
    label: Annotated[str, typer.Option("--for", help="Which program it is for")] = "program",
    days: Annotated[int, typer.Option(min=1, max=TOKEN_MOST_DAYS)] = TOKEN_DAYS,
    rights: Annotated[
        list[str] | None, typer.Option("--right", help="Limit it to this right; once for each")
    ] = None,
    revoked: Annotated[
        int | None, typer.Option("--revoke", help="Revoke the token of this number instead")
    ] = None,
) -> None:
    """Make a token for a program and print it, this once; or revoke one."""
    unknown = [right for right in rights or () if right not in RIGHTS]
    if unknown:
        raise GridwardenError(f"there is no right {unknown[0]}; there are {', '.join(RIGHTS)}")

    async def work(conn: Conn) -> str:
        account, now = await named(conn, name), clock.now()
        if revoked is None:
            made = await store.make_token(
                conn, account.id, name=label, rights=rights, days=days, now=now
            )
            return made[0]
        if not await store.revoke_token(conn, account.id, revoked, now):
            raise AccountError(f"{account.name} has no token {revoked}")
        return f"token {revoked} is revoked"

    typer.echo(run_noted(context, work))


def _templates(ours: Context) -> Templates:
    plan = ours.settings.hub.plan
    return templates_with((shipped_plan("campus") if plan is None else read_plan_file(plan)).roles)


async def _actor(conn: Conn, account: Account, templates: Templates, now: Micros) -> Actor:
    who = await store.by_account(conn, account.id)
    assert who is not None
    site = territory(await read_site(conn), await approved_leaves(conn, now))
    return resolve(who, site, templates, now)


async def _grant(
    conn: Conn, account: Account, role: RoleName, grid: str | None, now: Micros, ends: Micros | None
) -> int:
    document = await read_site(conn)
    codes = set[str]() if document is None else {one.code for one in document.grids}
    if grid is not None and grid not in codes:
        raise AccountError(f"no grid of the site has the code {grid}; see `gridwarden site export`")
    return await store.grant(
        conn, account.id, role, grid=grid, starts=now, ends=ends, by=by(), now=now
    )


async def _openings(conn: Conn, account: Account, now: Micros) -> list[str]:
    found = [
        f"session {one.id} from {one.address or 'nowhere known'}, last seen {_time(one.seen)}: "
        f"{one.browser}"
        for one in await store.sessions(conn, account.id, now)
    ]
    for one in await store.tokens(conn, account.id, now):
        limit = "all rights" if one.rights is None else " ".join(one.rights)
        used = "never used" if one.used is None else f"last used {_time(one.used)}"
        found.append(f"token {one.id} for {one.name} until {_time(one.until)}, {used}: {limit}")
    return found


def _new_password(name: str) -> str:
    given = typer.prompt("Password", hide_input=True, confirmation_prompt=True)
    fault = password_fault(given, name)
    if fault is not None:
        raise GridwardenError(f"the password {PASSWORD_FAULTS[fault]}; choose another")
    return hashed_now(given)


def _role(name: str) -> RoleName:
    for role in ROLES:
        if role == name:
            return role
    raise GridwardenError(f"there is no role {name}; there are {', '.join(ROLES)}")


def _code_text(account: Account, one_time: str, until: Micros) -> str:
    return f"{account.name}: {one_time}, good once, until {_time(until)}"


def _line(account: Account) -> str:
    state = "open" if account.has_password else "without a password"
    if account.invited is not None:
        state = f"invited until {_time(account.invited)}"
    if account.disabled is not None:
        state = f"disabled {_time(account.disabled)}"
    person = "nobody of the site" if account.person is None else account.person
    demo = " (demo)" if account.demo else ""
    return f"{account.name}{demo}: {person}, {state}"


def _time(at: Micros) -> str:
    return f"{clock.moment(at).astimezone():%F %H:%M}"
