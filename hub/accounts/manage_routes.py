"""Routes of managing accounts: list, invite, give and take roles, disable, end sessions.

Who manages accounts of the whole site may give any role, but none to themselves. Who manages those
of some grids gives and takes only what they may do there themselves.
"""

from __future__ import annotations

from fastapi import APIRouter

from hub.accounts import manage, store
from hub.accounts.domain import Account, AccountError
from hub.accounts.entering import refuse_programs
from hub.accounts.manage_views import (
    AccountFile,
    AccountLine,
    CodeView,
    GrantOrder,
    Invitation,
    Invited,
    StateOrder,
    account_file,
    account_line,
)
from hub.accounts.routes import Number
from hub.problems import FieldError, ProblemError, invalid
from hub.replies.repeatable import repeatable
from hub.rights.domain import EVERYWHERE, Actor, Right, covers
from hub.rights.guard import Acting, needs, nothing_there
from hub.rights.resolve import SignedIn, resolve, scopes_of
from hub.wiring import OwnConnection, Parts, WiredParts
from ingest import clock

MANAGE: Right = "accounts.manage"

router = APIRouter(prefix="/api", tags=["accounts"])


@router.get(
    "/accounts", summary="Accounts by name", responses={403: {}}, dependencies=[needs(MANAGE)]
)
async def list_accounts(parts: WiredParts, conn: OwnConnection, actor: Acting) -> list[AccountLine]:
    """Those that you manage, disabled ones too."""
    return [
        account_line(one, parts.directory)
        for one in await manage.listed(conn)
        if _manages(parts, actor, await _actor_of(parts, conn, one.account))
    ]


@router.post(
    "/accounts",
    summary="Invite somebody",
    status_code=201,
    responses={403: {}, 409: {}},
    dependencies=[needs(MANAGE)],
)
async def invite(
    order: Invitation, parts: WiredParts, conn: OwnConnection, actor: Acting
) -> Invited:
    """An account with a one-time code, shown this once, with which they set their password."""
    refuse_programs(actor)
    now = parts.clock()
    asked = SignedIn(account=0, name=order.name, person=order.person)
    _refuse_unmanaged(parts, actor, resolve(asked, parts.directory.territory, parts.templates, now))
    try:
        async with conn.transaction():
            made = await manage.add(
                conn,
                name=order.name,
                person=order.person,
                display=order.display,
                by=actor.person,
                now=now,
            )
            code, until = await manage.issue_code(conn, made.id, now)
    except AccountError as error:
        raise _refused(error) from None
    return Invited(
        account=await _file(parts, conn, made.id),
        code=CodeView(code=code, until=clock.moment(until)),
    )


@router.get(
    "/accounts/{account}",
    summary="An account with its roles and sessions",
    responses={403: {}, 404: {}},
    dependencies=[needs(MANAGE)],
)
async def read_account(
    account: Number, parts: WiredParts, conn: OwnConnection, actor: Acting
) -> AccountFile:
    """What it may do now, what was granted to it, and where it is signed in."""
    await _managed(parts, conn, actor, account)
    return await _file(parts, conn, account)


@router.post(
    "/accounts/{account}/code",
    summary="Give a one-time code for a new password",
    status_code=201,
    responses={403: {}, 404: {}, 409: {}},
    dependencies=[needs(MANAGE)],
)
async def give_code(
    account: Number, parts: WiredParts, conn: OwnConnection, actor: Acting
) -> CodeView:
    """Shown this once; the one before is void. Good for 72 hours."""
    refuse_programs(actor)
    await _managed(parts, conn, actor, account)
    try:
        code, until = await manage.issue_code(conn, account, parts.clock())
    except AccountError as error:
        raise _refused(error) from None
    return CodeView(code=code, until=clock.moment(until))


@router.post(
    "/accounts/{account}/grants",
    summary="Give an account a role",
    status_code=201,
    responses={403: {}, 404: {}},
    dependencies=[needs(MANAGE)],
)
@repeatable
async def give_role(
    account: Number, order: GrantOrder, parts: WiredParts, conn: OwnConnection, actor: Acting
) -> AccountFile:
    """In a grid with all below it or in the whole site, for a time or for good."""
    await _managed(parts, conn, actor, account)
    site = parts.directory.territory
    now = parts.clock()
    starts = now if order.starts is None else clock.micros(order.starts)
    ends = None if order.ends is None else clock.micros(order.ends)
    if order.grid is not None and order.grid not in site.parents:
        raise invalid([FieldError(field="body.grid", message="no grid of the site has that code")])
    if ends is not None and ends <= max(starts, now):
        raise invalid([FieldError(field="body.ends", message="must be to come and after `starts`")])
    if account == actor.account:
        raise _exceeding("Nobody gives a role to themselves; ask another who manages accounts.")
    if actor.reach(MANAGE) is not EVERYWHERE:
        wanted = scopes_of(order.role, order.grid, site, parts.templates)
        beyond = covers(actor.scopes, wanted, site.parents)
        if beyond:
            raise _exceeding(f"You may not do that yourself there: {', '.join(beyond)}.")
    await store.grant(
        conn,
        account,
        order.role,
        grid=order.grid,
        starts=starts,
        ends=ends,
        by=actor.person,
        now=now,
    )
    return await _file(parts, conn, account)


@router.delete(
    "/accounts/{account}/grants/{grant}",
    summary="Take a role back",
    responses={403: {}, 404: {}, 409: {}},
    dependencies=[needs(MANAGE)],
)
async def take_role(
    account: Number, grant: Number, parts: WiredParts, conn: OwnConnection, actor: Acting
) -> AccountFile:
    """From now on it carries nothing."""
    await _managed(parts, conn, actor, account)
    try:
        taken = await manage.revoke(
            conn,
            account,
            grant,
            by=actor.person,
            templates=parts.templates,
            now=parts.clock(),
        )
    except AccountError as error:
        raise _refused(error) from None
    if not taken:
        raise nothing_there()
    return await _file(parts, conn, account)


@router.put(
    "/accounts/{account}/state",
    summary="Disable an account, or enable it again",
    responses={403: {}, 404: {}, 409: {}},
    dependencies=[needs(MANAGE)],
)
async def set_state(
    account: Number, order: StateOrder, parts: WiredParts, conn: OwnConnection, actor: Acting
) -> AccountFile:
    """A disabled account is out at once: its sessions, tokens and one-time code end."""
    await _managed(parts, conn, actor, account)
    try:
        if order.disabled:
            await manage.disable(conn, account, templates=parts.templates, now=parts.clock())
        else:
            await manage.enable(conn, account)
    except AccountError as error:
        raise _refused(error) from None
    return await _file(parts, conn, account)


@router.delete(
    "/accounts/{account}/sessions",
    summary="End all sessions of an account",
    responses={403: {}, 404: {}},
    dependencies=[needs(MANAGE)],
)
async def end_sessions_of(
    account: Number, parts: WiredParts, conn: OwnConnection, actor: Acting
) -> AccountFile:
    """Whoever is signed in with it must sign in again; its tokens go on."""
    await _managed(parts, conn, actor, account)
    await store.end_sessions(conn, account, parts.clock())
    return await _file(parts, conn, account)


async def _actor_of(parts: Parts, conn: OwnConnection, account: Account) -> Actor:
    """An account with the rights that it has, or would have if it were not disabled."""
    who = await store.by_account(conn, account.id)
    assert who is not None
    return resolve(who, parts.directory.territory, parts.templates, parts.clock())


async def _managed(parts: Parts, conn: OwnConnection, actor: Actor, account: int) -> None:
    """Check that an account is there and theirs to manage."""
    found = await store.find(conn, account)
    if found is None:
        raise nothing_there()
    _refuse_unmanaged(parts, actor, await _actor_of(parts, conn, found))


def _refuse_unmanaged(parts: Parts, actor: Actor, target: Actor) -> None:
    if not _manages(parts, actor, target):
        raise nothing_there()


def _manages(parts: Parts, actor: Actor, target: Actor) -> bool:
    if actor.reach(MANAGE) is EVERYWHERE:
        return True
    return not covers(actor.scopes, target.scopes, parts.directory.territory.parents)


async def _file(parts: Parts, conn: OwnConnection, account: int) -> AccountFile:
    found = await manage.get(conn, account)
    return account_file(
        found,
        await _actor_of(parts, conn, found),
        await manage.grants(conn, account),
        await store.sessions(conn, account, parts.clock()),
        parts.directory,
    )


def _exceeding(detail: str) -> ProblemError:
    return ProblemError(403, "beyond-your-rights", "That exceeds your own rights", detail)


def _refused(error: AccountError) -> ProblemError:
    text = str(error)
    return ProblemError(409, "account-refused", "That cannot be", f"{text[0].upper()}{text[1:]}.")
