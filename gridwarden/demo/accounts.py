"""Accounts of the demo: one for each role, with passwords made here and printed."""

from __future__ import annotations

import json
import os
import secrets
from pathlib import Path
from typing import Any

import msgspec
from argon2 import PasswordHasher
from psycopg import AsyncConnection
from rich.table import Table

from edge.wire import Micros
from hub.accounts import manage, store
from hub.accounts.domain import Account
from hub.rights.domain import ROLES, RoleName
from hub.rights.roles import role_title
from hub.sites.domain import SiteDocument

FILE = "accounts.json"  # in the data folder, readable by its owner only
CLERK = "system:demo"

# The passwords are random, so that a quick hash does; the first sign-in makes it a slow one.
_quick = PasswordHasher(time_cost=1, memory_cost=8192, parallelism=1)


class DemoAccount(msgspec.Struct, frozen=True):
    """Whom one can sign in as."""

    role: RoleName
    name: str
    password: str
    person: str | None


async def make_accounts(
    conn: AsyncConnection[Any], document: SiteDocument, folder: Path, now: Micros
) -> list[DemoAccount]:
    """One account for each role; those of an earlier start stay as they are.

    A role that somebody of the site has is that person's; the others are granted for the whole
    site. Whose password the file does not have gets a new one.
    """
    kept = {one.name: one.password for one in _read(folder / FILE)}
    grown = [one for one in reversed(document.people) if not one.minor]
    held = {holding.warden for holding in document.holdings}
    people = {one.role: one.id for one in grown}
    people |= {one.role: one.id for one in grown if one.id in held}
    made: list[DemoAccount] = []
    for role in ROLES:
        account = await _account(conn, role, people.get(role), now)
        password = kept.get(account.name)
        if password is None or not account.has_password:
            password = secrets.token_urlsafe(12)
            await store.set_password(conn, account.id, _quick.hash(password), now)
        made.append(DemoAccount(role, account.name, password, account.person))
    _write(folder / FILE, made)
    return made


def accounts_table(accounts: list[DemoAccount]) -> Table:
    """What is printed: whom to sign in as."""
    table = Table("role", "", "name", "password", title="sign in at the page as", expand=False)
    for one in accounts:
        title = role_title(one.role)
        table.add_row(title.en, title.zh, one.name, one.password)
    return table


async def _account(
    conn: AsyncConnection[Any], role: RoleName, person: str | None, now: Micros
) -> Account:
    name = role.replace("_", "-")
    found = await store.find_named(conn, name)
    if found is not None:
        return found
    if person is not None and await store.find_of_person(conn, person) is not None:
        person = None  # somebody has added an account for them
    made = await manage.add(
        conn, name=name, person=person, display=role_title(role).zh, by=CLERK, now=now, demo=True
    )
    if person is None:
        await store.grant(conn, made.id, role, grid=None, starts=now, ends=None, by=CLERK, now=now)
    return made


def _read(file: Path) -> list[DemoAccount]:
    try:
        return msgspec.json.decode(file.read_bytes(), type=list[DemoAccount])
    except (FileNotFoundError, msgspec.DecodeError):
        return []


def _write(file: Path, accounts: list[DemoAccount]) -> None:
    draft = file.with_suffix(".new")
    text = json.dumps(msgspec.to_builtins(accounts), ensure_ascii=False, indent=1)
    with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as out:
        out.write(text + "\n")
    draft.replace(file)
