"""Entering: what all ways to sign in share: attempts counted, the second factor, the session."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager

from fastapi import Request, Response

from hub.accounts import attempts, second, store
from hub.accounts.domain import COOKIE, SECOND, SESSION_MOST
from hub.accounts.totp import AccountKeyError
from hub.accounts.views import Me, me_view
from hub.audit.domain import Entry
from hub.audit.noting import NOBODY, note_as
from hub.audit.store import note
from hub.problems import ProblemError
from hub.rights.domain import Actor
from hub.rights.guard import address_of, refuse_other_sites, sign_in_first
from hub.rights.resolve import resolve
from hub.wiring import OwnConnection, Parts

_BROWSER_MOST = 200  # characters of what a browser calls itself


class SecondWantedError(ProblemError):
    """All is right so far, and the account has a second factor, of which nothing was sent."""

    def __init__(self, account: int) -> None:
        super().__init__(
            401,
            "second-factor",
            "The second factor is missing",
            "Send the same again with `second`: the code that the authenticator app shows now, or "
            "a recovery code.",
            headers={"WWW-Authenticate": "Bearer"},
        )
        self.account = account


@asynccontextmanager
async def attempt(
    request: Request, parts: Parts, conn: OwnConnection, name: str
) -> AsyncGenerator[None]:
    """Within it somebody proves who they are: counted, and forgotten if it goes well.

    What was done within is undone where it is refused. That the second factor was not sent yet
    is no failure.

    Raises:
        ProblemError: a 429 after too many that failed.
    """
    address = address_of(request)
    await refuse_tries(parts, conn, name, address)
    try:
        async with conn.transaction():
            yield
    except SecondWantedError as wanted:
        await attempts.take_back(conn, name, address)
        entry = Entry(
            at=parts.clock(), actor=NOBODY, action="accounts.sign_in.first_step",
            subject=f"account:{wanted.account}", data={"method": "POST", "address": address},
        )  # fmt: skip
        await note(conn, entry)
        raise
    await attempts.forget_attempts(conn, name, address)


async def ask_second(parts: Parts, conn: OwnConnection, account: int, code: str | None) -> None:
    """Check the second factor of an account that has one.

    Raises:
        ProblemError: it is missing or wrong.
    """
    if (await second.state(conn, account)).since is None:
        return
    if code is None:
        raise SecondWantedError(account)
    await prove_second(parts, conn, account, code)


async def prove_second(parts: Parts, conn: OwnConnection, account: int, code: str) -> None:
    """Check a code of the app, or a recovery code, which is used up.

    Raises:
        ProblemError: a 401 for a wrong one; a 503 where the hub cannot read the secret.
    """
    try:
        good = await second.prove(conn, parts.account_key, account, code, parts.clock())
    except AccountKeyError as error:
        raise no_account_key(str(error)) from error
    if not good:
        raise wrong_second()


def wrong_second() -> ProblemError:
    """The 401 of a code that does not count."""
    return ProblemError(
        401,
        "wrong-second-factor",
        "That code does not count",
        "Each code of the app counts once, for about a minute: wait for the next, and check the "
        "clock of the phone. A recovery code counts once, too.",
        headers={"WWW-Authenticate": "Bearer"},
    )


def no_account_key(why: str) -> ProblemError:
    """The 503 of a hub that can't read the secrets of second factors."""
    return ProblemError(503, "no-account-key", "The hub cannot read second factors", why)


async def refuse_tries(parts: Parts, conn: OwnConnection, name: str, address: str) -> None:
    """Count an attempt to sign in.

    Raises:
        ProblemError: a 429 that says how long to wait, after too many that failed.
    """
    wait = await attempts.note_attempt(conn, name, address, parts.clock())
    if wait:
        seconds = -(-wait // SECOND)
        raise ProblemError(
            429,
            "wait-to-sign-in",
            "Too many failed sign-ins",
            f"Wait {seconds} seconds, then try again; every further failure doubles the wait.",
            headers={"Retry-After": str(seconds)},
        )


async def open_session(
    parts: Parts, conn: OwnConnection, account: int, request: Request, response: Response
) -> Me:
    """Sign an account in that has proven who it is: a session, its cookie, and who it is."""
    now = parts.clock()
    secret, session = await store.open_session(
        conn,
        account,
        address=address_of(request),
        browser=request.headers.get("User-Agent", "")[:_BROWSER_MOST],
        now=now,
    )
    who = await store.by_session(conn, secret, now)
    if who is None:
        raise sign_in_first("The account was disabled a moment ago.")
    response.set_cookie(
        COOKIE,
        secret,
        max_age=SESSION_MOST // 1_000_000,
        path="/",
        secure=is_https(request),
        httponly=True,
        samesite="strict",
    )
    actor = resolve(who, parts.directory.territory, parts.templates, now)
    assert actor.session == session
    note_as(request, actor.person)
    return await me_of(parts, conn, actor)


def refuse_programs(actor: Actor) -> None:
    """Check that somebody is signed in at the page: a token makes no secrets.

    Raises:
        ProblemError: a 403, if a token was sent.
    """
    if actor.session is None:
        raise ProblemError(
            403,
            "page-only",
            "A token cannot do that",
            "Sign in at the page: passwords and tokens are made there, or with `gridwarden user`.",
        )


async def me_of(parts: Parts, conn: OwnConnection, actor: Actor) -> Me:
    account = await store.find(conn, actor.account)
    assert account is not None
    return me_view(actor, account, parts.directory)


def refuse_other_pages(request: Request) -> None:
    """Check that no page of another site signs a browser in; programs say nothing of a page."""
    if "Sec-Fetch-Site" in request.headers or "Origin" in request.headers:
        refuse_other_sites(request)


def is_https(request: Request) -> bool:
    return request.url.scheme == "https"
