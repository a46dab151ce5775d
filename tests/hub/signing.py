"""Signing in as tests do it: a session in the store for a browser, and passwords to type."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlsplit

from playwright.sync_api import Page
from psycopg import AsyncConnection

from hub.accounts import store
from hub.accounts.attempts import note_attempt
from hub.accounts.domain import COOKIE, Account
from hub.accounts.passwords import hashed_now
from hub.rights.domain import RoleName
from ingest import clock
from tests.hub.make import in_transaction, token_of


def session_of(database_url: str, person: str | None) -> str:
    """The secret of a new session of a person, or of the account with every role everywhere."""

    async def their(conn: AsyncConnection[Any]) -> Account | None:
        return None if person is None else await store.find_of_person(conn, person)

    if in_transaction(database_url, their) is None:
        token_of(database_url, person)  # makes the account where there is none yet

    async def make(conn: AsyncConnection[Any]) -> str:
        found = await their(conn) or await store.find_named(conn, _name(person))
        assert found is not None
        made = await store.open_session(
            conn, found.id, address="127.0.0.1", browser="test", now=clock.now()
        )
        return made[0]

    return in_transaction(database_url, make)


def give_password(database_url: str, person: str | None, password: str) -> str:
    """Let a person sign in with a password; the name to sign in with."""
    token_of(database_url, person)

    async def put(conn: AsyncConnection[Any]) -> str:
        found = await store.find_named(conn, _name(person))
        assert found is not None
        await store.set_password(conn, found.id, hashed_now(password), clock.now())
        return found.name

    return in_transaction(database_url, put)


def session_in(database_url: str, role: RoleName, grid: str | None = None) -> str:
    """The secret of a session of a new account of no person that was given one role."""

    async def make(conn: AsyncConnection[Any]) -> str:
        now = clock.now()
        number = await store.add_account(
            conn, name=role.replace("_", "-"), person=None, display=role, by="test", now=now
        )
        assert number is not None
        await store.grant(conn, number, role, grid=grid, starts=0, ends=None, by="test", now=now)
        made = await store.open_session(conn, number, address="", browser="test", now=now)
        return made[0]

    return in_transaction(database_url, make)


def sign_in(page: Page, url: str, database_url: str, person: str | None) -> None:
    """Give a page's browser the session of a person, or of the account with every role."""
    take_session(page, url, session_of(database_url, person))


def take_session(page: Page, url: str, secret: str) -> None:
    """Give a page's browser a session."""
    host = urlsplit(url).hostname or ""
    page.context.add_cookies([{"name": COOKIE, "value": secret, "domain": host, "path": "/"}])


def fail_to_sign_in(database_url: str, name: str, times: int) -> None:
    """Let sign-ins of a name from this machine have failed."""

    async def fail(conn: AsyncConnection[Any]) -> None:
        for _ in range(times):
            await note_attempt(conn, name, "127.0.0.1", clock.now())

    in_transaction(database_url, fail)


def end_sessions(database_url: str, person: str) -> None:
    """End all sessions of a person."""

    async def end(conn: AsyncConnection[Any]) -> None:
        found = await store.find_named(conn, _name(person))
        assert found is not None
        await store.end_sessions(conn, found.id, clock.now())

    in_transaction(database_url, end)


def _name(person: str | None) -> str:
    return "everything" if person is None else person.casefold()
