"""Second factor in the store: set up, prove, renew, remove. For routes and commands alike."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from typing import Any

import msgspec
from psycopg import AsyncConnection
from psycopg.rows import dict_row

from edge.wire import Micros
from hub.accounts import totp
from hub.accounts.domain import AccountError, fingerprint, new_code, plain_code
from ingest import clock
from ingest.sql import load_queries

_QUERIES = load_queries("hub.accounts")
Conn = AsyncConnection[Any]


class Second(msgspec.Struct, frozen=True, kw_only=True):
    """An account's second factor: since when it counts, and how many recovery codes are left."""

    since: Micros | None
    recovery: int


async def state(conn: Conn, account: int) -> Second:
    """Whether an account has a second factor."""
    row = await _one(conn, "second", {"id": account})
    since = None if row is None or row["totp_since"] is None else clock.micros(row["totp_since"])
    return Second(since=since, recovery=0 if row is None or since is None else row["recovery"])


async def draft(conn: Conn, key: bytes, account: int) -> str:
    """A new secret for an authenticator app, which counts once a code of it is sent.

    Raises:
        AccountError: there is one already.
    """
    if (await state(conn, account)).since is not None:
        raise AccountError("there is an authenticator app already: remove that one first")
    secret = totp.new_totp()
    stored = totp.sealed(key, account, secret, secrets.token_bytes(totp.NONCE))
    await conn.execute(_QUERIES["draft_totp"], {"id": account, "secret": stored})
    return secret


async def confirm(conn: Conn, key: bytes, account: int, code: str, now: Micros) -> list[str] | None:
    """Let the drafted secret count, by a code of it; the recovery codes, or None: a wrong code.

    Raises:
        AccountError: no secret waits for its first code.
    """
    row = await _one(conn, "second", {"id": account})
    if row is None or row["totp_draft"] is None or row["totp"] is not None:
        raise AccountError("no authenticator app waits to be confirmed: begin anew")
    step = totp.step_of(totp.opened(key, account, row["totp_draft"]), plain_code(code), now)
    if step is None:
        return None
    values = {"id": account, "draft": row["totp_draft"], "step": step, "now": clock.moment(now)}
    async with conn.transaction():
        if await _one(conn, "confirm_totp", values) is None:
            return None
        await _one(conn, "use_step", values)
        return await new_recovery(conn, account)


async def prove(conn: Conn, key: bytes | None, account: int, code: str, now: Micros) -> bool:
    """Whether it is a code of the account's app, or one of its recovery codes; each counts once.

    Raises:
        AccountKeyError: the secret can't be read with this key, or there is no key.
    """
    given = plain_code(code)
    if not totp.is_totp(given):
        return (
            await _one(conn, "use_recovery", {"id": account, "hash": fingerprint(given)})
            is not None
        )
    row = await _one(conn, "second", {"id": account})
    if row is None or row["totp"] is None:
        return False
    step = totp.step_of(totp.opened(key or b"", account, row["totp"]), given, now)
    return (
        step is not None and await _one(conn, "use_step", {"id": account, "step": step}) is not None
    )


async def new_recovery(conn: Conn, account: int) -> list[str]:
    """New recovery codes, to be shown once; those before are void."""
    codes = [new_code(totp.RECOVERY_GROUPS) for _ in range(totp.RECOVERY_CODES)]
    hashes = [fingerprint(plain_code(one)) for one in codes]
    async with conn.transaction():
        await conn.execute(_QUERIES["drop_recovery"], {"id": account})
        await conn.execute(_QUERIES["add_recovery"], {"id": account, "hashes": hashes})
    return codes


async def remove(conn: Conn, account: int) -> None:
    """From now on the password is enough."""
    async with conn.transaction():
        await conn.execute(_QUERIES["remove_totp"], {"id": account})
        await conn.execute(_QUERIES["drop_recovery"], {"id": account})


async def _one(conn: Conn, query: str, values: Mapping[str, Any]) -> dict[str, Any] | None:
    async with conn.cursor(row_factory=dict_row) as cursor:
        await cursor.execute(_QUERIES[query], values)
        return await cursor.fetchone()
