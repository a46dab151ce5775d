"""Managing accounts: add, invite, give and take roles, disable. For routes and commands alike."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import msgspec
from psycopg import AsyncConnection
from psycopg.rows import dict_row

from edge.wire import Micros
from hub.accounts import store
from hub.accounts.domain import (
    CODE_HOLDS,
    Account,
    AccountError,
    checked_name,
    fingerprint,
    new_code,
    plain_code,
)
from hub.rights.domain import RoleName
from hub.rights.roles import Templates
from ingest import clock
from ingest.sql import load_queries

_QUERIES = load_queries("hub.accounts")


class NoSuchAccountError(AccountError):
    """There is no account of that name or number."""


class LastAdministratorError(AccountError):
    """Nobody could manage accounts any more."""


class ListedAccount(msgspec.Struct, frozen=True):
    """An account, and when somebody was last signed in with it."""

    account: Account
    seen: Micros | None


class Granted(msgspec.Struct, frozen=True, kw_only=True):
    """A role that was given to an account and not taken back."""

    id: int
    role: RoleName
    grid: str | None
    starts: Micros
    ends: Micros | None
    granted_by: str
    granted: Micros


async def add(
    conn: AsyncConnection[Any],
    *,
    name: str,
    person: str | None,
    display: str,
    by: str,
    now: Micros,
    demo: bool = False,
) -> Account:
    """A new account, which nobody can sign in with before it has a password.

    Raises:
        AccountError: the name can't be taken, the person is a minor or nobody of the site, or
            either has an account already.
    """
    folded = checked_name(name)
    if person is not None:
        row = await _row(conn, "person", {"person": person})
        if row is None:
            raise AccountError(f"nobody of the site has the id {person}; see `gridwarden site`")
        if row["minor"]:
            raise AccountError(f"{person} is a minor, and minors get no account")
        display = display or row["name"]["zh"]
    made = await store.add_account(
        conn, name=folded, person=person, display=display or folded, by=by, now=now, demo=demo
    )
    if made is None:
        raise AccountError(
            f"there is an account {folded} already, or another one of {person or 'that name'}"
        )
    return await get(conn, made)


async def get(conn: AsyncConnection[Any], account: int) -> Account:
    """The account of that number.

    Raises:
        NoSuchAccountError: there is none.
    """
    found = await store.find(conn, account)
    if found is None:
        raise NoSuchAccountError(f"no account has the number {account}")
    return found


async def listed(conn: AsyncConnection[Any]) -> list[ListedAccount]:
    """All accounts by name."""
    async with conn.cursor(row_factory=dict_row) as cursor:
        await cursor.execute(_QUERIES["accounts"])
        rows = await cursor.fetchall()
    found: list[ListedAccount] = []
    for row in rows:
        seen = row.pop("seen")
        found.append(
            ListedAccount(store.account_of(row), None if seen is None else clock.micros(seen))
        )
    return found


async def issue_code(conn: AsyncConnection[Any], account: int, now: Micros) -> tuple[str, Micros]:
    """A one-time code that sets a new password, and until when; the one before is void.

    Raises:
        NoSuchAccountError: there is no such account, or it is disabled.
    """
    code, until = new_code(), now + CODE_HOLDS
    values = {"id": account, "code": fingerprint(plain_code(code)), "until": clock.moment(until)}
    if await _row(conn, "put_code", values) is None:
        raise NoSuchAccountError("there is no such account, or it is disabled: enable it first")
    return code, until


async def use_code(
    conn: AsyncConnection[Any], name: str, code: str, password: str, now: Micros
) -> int | None:
    """Set a password (its hash) by a one-time code; the account, or None if it is not that code.

    The code is used up, and all sessions of the account end.
    """
    values = {"name": name, "code": fingerprint(plain_code(code)), "now": clock.moment(now)}
    async with conn.transaction():
        row = await _row(conn, "take_code", values)
        if row is None:
            return None
        await store.set_password(conn, row["id"], password, now)
        await store.end_sessions(conn, row["id"], now)
    return row["id"]


async def grants(conn: AsyncConnection[Any], account: int) -> list[Granted]:
    """The roles that were given to an account and not taken back."""
    async with conn.cursor(row_factory=dict_row) as cursor:
        await cursor.execute(_QUERIES["grants"], {"account": account})
        return [
            Granted(**store.in_micros(row, ("starts", "ends", "granted"))) async for row in cursor
        ]


async def revoke(
    conn: AsyncConnection[Any],
    account: int,
    grant: int,
    *,
    by: str,
    templates: Templates,
    now: Micros,
) -> bool:
    """Take a role back; false: the account has no grant of that number.

    Raises:
        LastAdministratorError: nobody could manage accounts any more.
    """
    async with conn.transaction():
        await conn.execute(_QUERIES["lock_accounts"])
        await _refuse_last(conn, templates, now, without_grant=grant)
        values = {"account": account, "id": grant, "by": by, "now": clock.moment(now)}
        return await _row(conn, "revoke_grant", values) is not None


async def disable(
    conn: AsyncConnection[Any], account: int, *, templates: Templates, now: Micros
) -> None:
    """Let nobody in with an account: its sessions, tokens and code end.

    Raises:
        LastAdministratorError: nobody could manage accounts any more.
    """
    async with conn.transaction():
        await conn.execute(_QUERIES["lock_accounts"])
        await _refuse_last(conn, templates, now, without_account=account)
        values = {"id": account, "account": account, "now": clock.moment(now)}
        await conn.execute(_QUERIES["disable"], values)
        await conn.execute(_QUERIES["revoke_tokens"], values)
        await store.end_sessions(conn, account, now)


async def enable(conn: AsyncConnection[Any], account: int) -> None:
    """Let somebody in with an account again, by the password so far or a new one-time code.

    Raises:
        AccountError: it is that of a minor.
    """
    found = await get(conn, account)
    if found.person is not None:
        row = await _row(conn, "person", {"person": found.person})
        if row is not None and row["minor"]:
            raise AccountError(f"{found.person} is a minor, and minors get no account")
    await conn.execute(_QUERIES["enable"], {"id": account})


async def _refuse_last(
    conn: AsyncConnection[Any],
    templates: Templates,
    now: Micros,
    *,
    without_account: int | None = None,
    without_grant: int | None = None,
) -> None:
    roles = [role for role, rights in templates.items() if "accounts.manage" in rights]
    values = {"roles": roles, "now": clock.moment(now)}
    cursor = await conn.execute(_QUERIES["managers"], values)
    managers: list[tuple[int, int]] = await cursor.fetchall()
    left = [one for one in managers if one[0] != without_account and one[1] != without_grant]
    if managers and not left:
        raise LastAdministratorError(
            "that is the last account that manages accounts of the whole site: give another one "
            "the role administrator first"
        )


async def _row(
    conn: AsyncConnection[Any], query: str, values: Mapping[str, Any]
) -> dict[str, Any] | None:
    async with conn.cursor(row_factory=dict_row) as cursor:
        await cursor.execute(_QUERIES[query], values)
        return await cursor.fetchone()
