"""Store of the accounts: who is behind a secret, sessions, tokens and passwords.

Of every secret only its hash is kept. All of it runs as the owner of the tables: the role under
which requests run reaches none of them.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from psycopg import AsyncConnection
from psycopg.rows import DictRow, dict_row

from edge.wire import Micros
from hub.accounts.domain import (
    DAY,
    SEEN_EVERY,
    Account,
    Session,
    Token,
    fingerprint,
    new_secret,
    new_token,
    session_until,
)
from hub.rights.domain import RoleName
from hub.rights.resolve import Grant, SignedIn
from ingest import clock
from ingest.sql import load_queries

_QUERIES = load_queries("hub.accounts")
_MICROS = 1_000_000


async def by_session(conn: AsyncConnection[Any], secret: str, now: Micros) -> SignedIn | None:
    """Who is signed in with a session's secret; None: nobody, or no longer."""
    row = await _one(conn, "by_session", {"hash": fingerprint(secret), "now": clock.moment(now)})
    if row is None:
        return None
    if now - clock.micros(row["seen"]) >= SEEN_EVERY:
        until = session_until(clock.micros(row["made"]), now)
        values = {"id": row["session"], "now": clock.moment(now), "until": clock.moment(until)}
        await conn.execute(_QUERIES["see_session"], values)
    return _signed_in(row)


async def by_token(conn: AsyncConnection[Any], secret: str, now: Micros) -> SignedIn | None:
    """Whose token that is; None: nobody's, or no longer."""
    row = await _one(conn, "by_token", {"hash": fingerprint(secret), "now": clock.moment(now)})
    if row is None:
        return None
    if row["seen"] is None or now - clock.micros(row["seen"]) >= SEEN_EVERY:
        values = {"id": row["token"], "now": clock.moment(now)}
        await conn.execute(_QUERIES["see_token"], values)
    return _signed_in(row)


async def by_account(conn: AsyncConnection[Any], account: int) -> SignedIn | None:
    """An account as if it were signed in, disabled or not; None: there is none."""
    row = await _one(conn, "by_account", {"account": account})
    return None if row is None else _signed_in(row)


async def find(conn: AsyncConnection[Any], account: int) -> Account | None:
    """The account of that number."""
    row = await _one(conn, "account", {"id": account})
    return None if row is None else account_of(row)


async def find_named(conn: AsyncConnection[Any], name: str) -> Account | None:
    """The account of that folded name."""
    row = await _one(conn, "account_named", {"name": name})
    return None if row is None else account_of(row)


async def find_of_person(conn: AsyncConnection[Any], person: str) -> Account | None:
    """The account of a person of the site."""
    row = await _one(conn, "account_of_person", {"person": person})
    return None if row is None else account_of(row)


async def stored_password(conn: AsyncConnection[Any], account: int) -> str | None:
    """The hash of an account's password, unless it is disabled or has none."""
    row = await _one(conn, "secret_of", {"id": account})
    return None if row is None else row["password"]


async def sign_in_row(conn: AsyncConnection[Any], name: str) -> tuple[int, str | None] | None:
    """Number and hash of the password of the account with a folded name, unless it is disabled."""
    row = await _one(conn, "sign_in", {"name": name})
    return None if row is None else (row["id"], row["password"])


async def add_account(
    conn: AsyncConnection[Any],
    *,
    name: str,
    person: str | None,
    display: str,
    by: str,
    now: Micros,
    demo: bool = False,
) -> int | None:
    """A new account without a password; None: the name or the person has one already."""
    values = {
        "name": name, "person": person, "display": display, "demo": demo,
        "by": by, "now": clock.moment(now),
    }  # fmt: skip
    row = await _one(conn, "add_account", values)
    return None if row is None else row["id"]


async def set_password(conn: AsyncConnection[Any], account: int, stored: str, now: Micros) -> None:
    """Put another password's hash; a one-time code that waits is used up."""
    values = {"id": account, "password": stored, "now": clock.moment(now)}
    await conn.execute(_QUERIES["set_password"], values)


async def open_session(
    conn: AsyncConnection[Any], account: int, *, address: str, browser: str, now: Micros
) -> tuple[str, int]:
    """The secret and the number of a new session."""
    secret = new_secret()
    values = {
        "hash": fingerprint(secret),
        "account": account,
        "now": clock.moment(now),
        "until": clock.moment(session_until(now, now)),
        "address": address,
        "browser": browser,
    }
    row = await _one(conn, "add_session", values)
    assert row is not None
    return secret, row["id"]


async def sessions(conn: AsyncConnection[Any], account: int, now: Micros) -> list[Session]:
    """An account's sessions that hold, the last used first."""
    values = {"account": account, "now": clock.moment(now)}
    rows = await _rows(conn, "sessions", values)
    return [Session(**in_micros(row, ("made", "seen", "until"))) for row in rows]


async def end_session(conn: AsyncConnection[Any], account: int, session: int, now: Micros) -> bool:
    """End one session of an account; false: it has none of that number."""
    values = {"account": account, "id": session, "now": clock.moment(now)}
    return await _one(conn, "end_session", values) is not None


async def end_sessions(
    conn: AsyncConnection[Any], account: int, now: Micros, *, but: int | None = None
) -> None:
    """End all sessions of an account, all but one if it is named."""
    values = {"account": account, "but": but, "now": clock.moment(now)}
    await conn.execute(_QUERIES["end_sessions"], values)


async def make_token(
    conn: AsyncConnection[Any],
    account: int,
    *,
    name: str,
    rights: Sequence[str] | None,
    days: int,
    now: Micros,
) -> tuple[str, Token]:
    """The secret of a new token, to be shown once, and the token."""
    secret = new_token()
    values = {
        "hash": fingerprint(secret),
        "account": account,
        "name": name,
        "rights": None if rights is None else list(rights),
        "now": clock.moment(now),
        "until": clock.moment(now + days * DAY),
    }
    row = await _one(conn, "add_token", values)
    assert row is not None
    return secret, _token(row)


async def tokens(conn: AsyncConnection[Any], account: int, now: Micros) -> list[Token]:
    """An account's tokens that hold."""
    values = {"account": account, "now": clock.moment(now)}
    return [_token(row) for row in await _rows(conn, "tokens", values)]


async def revoke_token(conn: AsyncConnection[Any], account: int, token: int, now: Micros) -> bool:
    """Revoke one token of an account; false: it has none of that number."""
    values = {"account": account, "id": token, "now": clock.moment(now)}
    return await _one(conn, "revoke_token", values) is not None


async def grant(
    conn: AsyncConnection[Any],
    account: int,
    role: RoleName,
    *,
    grid: str | None,
    starts: Micros,
    ends: Micros | None,
    by: str,
    now: Micros,
) -> int:
    """Give an account a role in a grid (None: the whole site) for a time; the grant's number."""
    values = {
        "account": account,
        "role": role,
        "grid": grid,
        "starts": clock.moment(starts),
        "ends": None if ends is None else clock.moment(ends),
        "by": by,
        "now": clock.moment(now),
    }
    row = await _one(conn, "grant", values)
    assert row is not None
    return row["id"]


def _signed_in(row: DictRow) -> SignedIn:
    return SignedIn(
        account=row["id"],
        name=row["name"],
        person=row["person"],
        grants=[_grant(one) for one in row["grants"]],
        owes=row["owes"],
        rights=row["rights"],
        session=row["session"],
        token=row["token"],
    )


def _grant(values: Sequence[Any]) -> Grant:
    number, role, grid, starts, ends = values
    return Grant(
        id=number,
        role=role,
        grid=grid,
        starts=round(starts * _MICROS),
        ends=None if ends is None else round(ends * _MICROS),
    )


def account_of(row: DictRow) -> Account:
    """The account in a row of the queries."""
    return Account(**in_micros(row, ("disabled", "invited", "made")))


def _token(row: DictRow) -> Token:
    return Token(**in_micros(row, ("made", "until", "used")))


def in_micros(row: DictRow, times: Sequence[str]) -> dict[str, Any]:
    """A row with some of its times in microseconds."""
    found = {key: None if row[key] is None else clock.micros(row[key]) for key in times}
    return {**row, **found}


async def _one(conn: AsyncConnection[Any], query: str, values: Mapping[str, Any]) -> DictRow | None:
    async with conn.cursor(row_factory=dict_row) as cursor:
        await cursor.execute(_QUERIES[query], values)
        return await cursor.fetchone()


async def _rows(conn: AsyncConnection[Any], query: str, values: Mapping[str, Any]) -> list[DictRow]:
    async with conn.cursor(row_factory=dict_row) as cursor:
        await cursor.execute(_QUERIES[query], values)
        return await cursor.fetchall()
