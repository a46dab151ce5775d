"""Routes of the accounts: sign in and out, and what is one's own: password, sessions, tokens."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Path, Request, Response
from pydantic import SecretStr

from hub.accounts import manage, passwords, store
from hub.accounts.domain import COOKIE, PASSWORD_FAULTS, folded, password_fault
from hub.accounts.entering import (
    ask_second,
    attempt,
    is_https,
    me_of,
    open_session,
    refuse_other_pages,
    refuse_programs,
)
from hub.accounts.views import (
    CodeUse,
    Me,
    NewToken,
    PasswordChange,
    SessionView,
    SignIn,
    TokenOrder,
    TokenView,
    session_view,
    token_view,
)
from hub.audit.noting import note_subject
from hub.problems import FieldError, ProblemError, invalid
from hub.rights.guard import (
    Acting,
    open_to_all,
    signed_in,
)
from hub.wiring import OwnConnection, WiredParts

_BIGINT = 2**63 - 1
_BROWSER_MOST = 200  # characters of what a browser calls itself
Number = Annotated[int, Path(ge=1, le=_BIGINT)]

router = APIRouter(prefix="/api", tags=["accounts"])


@router.post(
    "/session",
    summary="Sign in",
    status_code=201,
    responses={401: {}, 403: {}, 429: {}},
    dependencies=[open_to_all("nobody is signed in before")],
)
async def sign_in(
    order: SignIn, request: Request, response: Response, parts: WiredParts, conn: OwnConnection
) -> Me:
    """Answers with a cookie that is the session; a wrong name takes as long as a wrong password."""
    refuse_other_pages(request)
    password = order.password.get_secret_value()
    name = folded(order.name)
    async with attempt(request, parts, conn, name):
        found = await store.sign_in_row(conn, name)
        account, stored = (None, None) if found is None else found
        note_subject(request, "account" if account is None else f"account:{account}")
        if not await passwords.matches(stored, password) or account is None or stored is None:
            raise ProblemError(
                401,
                "wrong-sign-in",
                "Name or password is wrong",
                "Try again; whoever manages accounts can give you a one-time code for a new "
                "password.",
                headers={"WWW-Authenticate": "Bearer"},
            )
        await ask_second(parts, conn, account, revealed(order.second))
        if passwords.is_dated(stored):
            hashed = await passwords.hashed(password)
            await store.set_password(conn, account, hashed, parts.clock())
    return await open_session(parts, conn, account, request, response)


@router.post(
    "/session/code",
    summary="Set a new password by a one-time code",
    status_code=201,
    responses={401: {}, 403: {}, 429: {}},
    dependencies=[open_to_all("for who has no password yet, or none any more")],
)
async def use_code(
    order: CodeUse, request: Request, response: Response, parts: WiredParts, conn: OwnConnection
) -> Me:
    """Signs in. The code is used up, and all other sessions of the account end.

    Who has a second factor sends it as well; a manager of accounts cannot take that away here.
    """
    refuse_other_pages(request)
    name = folded(order.name)
    new = checked_password(order.new.get_secret_value(), name)
    code = order.code.get_secret_value()
    async with attempt(request, parts, conn, name):
        hashed = await passwords.hashed(new)
        account = await manage.use_code(conn, name, code, hashed, parts.clock())
        if account is None:
            raise ProblemError(
                401,
                "wrong-code",
                "That code is not, or no longer, good for that name",
                "A code works once and for 72 hours; ask whoever manages accounts for another.",
                headers={"WWW-Authenticate": "Bearer"},
            )
        await ask_second(parts, conn, account, revealed(order.second))
    return await open_session(parts, conn, account, request, response)


@router.delete(
    "/session",
    summary="Sign out",
    status_code=204,
    responses={401: {}, 403: {}},
    dependencies=[signed_in("one's own session")],
)
async def sign_out(
    request: Request, response: Response, parts: WiredParts, conn: OwnConnection, actor: Acting
) -> None:
    """Ends this session; a token is revoked where tokens are listed."""
    if actor.session is not None:
        await store.end_session(conn, actor.account, actor.session, parts.clock())
    response.delete_cookie(COOKIE, path="/", secure=is_https(request), httponly=True)


@router.get(
    "/me",
    summary="Who is signed in, and what they may do",
    responses={401: {}},
    dependencies=[signed_in("one's own rights")],
)
async def readme_of(parts: WiredParts, conn: OwnConnection, actor: Acting) -> Me:
    """The account, the person, roles and rights as they hold now."""
    return await me_of(parts, conn, actor)


@router.post(
    "/me/password",
    summary="Change one's password",
    status_code=204,
    responses={401: {}, 403: {}},
    dependencies=[signed_in("one's own password")],
)
async def change_password(
    order: PasswordChange, parts: WiredParts, conn: OwnConnection, actor: Acting
) -> None:
    """All other sessions of the account end."""
    refuse_programs(actor)
    stored = await store.stored_password(conn, actor.account)
    if not await passwords.matches(stored, order.current.get_secret_value()):
        message = "is not the password so far"
        raise invalid([FieldError(field="body.current", message=message)])
    new = checked_password(order.new.get_secret_value(), actor.name)
    hashed = await passwords.hashed(new)
    now = parts.clock()
    async with conn.transaction():
        await store.set_password(conn, actor.account, hashed, now)
        await store.end_sessions(conn, actor.account, now, but=actor.session)


@router.get(
    "/me/sessions",
    summary="Where one is signed in",
    responses={401: {}},
    dependencies=[signed_in("one's own sessions")],
)
async def list_sessions(parts: WiredParts, conn: OwnConnection, actor: Acting) -> list[SessionView]:
    """The sessions of the account that hold, the last used first."""
    found = await store.sessions(conn, actor.account, parts.clock())
    return [session_view(one, actor.session) for one in found]


@router.delete(
    "/me/sessions/{session}",
    summary="End one of one's sessions",
    status_code=204,
    responses={401: {}, 403: {}, 404: {}},
    dependencies=[signed_in("one's own sessions")],
)
async def end_session(
    session: Number, parts: WiredParts, conn: OwnConnection, actor: Acting
) -> None:
    """From now on its cookie opens nothing."""
    if not await store.end_session(conn, actor.account, session, parts.clock()):
        raise _none_of_yours("session", session)


@router.get(
    "/me/tokens",
    summary="One's tokens for programs",
    responses={401: {}},
    dependencies=[signed_in("one's own tokens")],
)
async def list_tokens(parts: WiredParts, conn: OwnConnection, actor: Acting) -> list[TokenView]:
    """Those that hold, without their secrets."""
    return [token_view(one) for one in await store.tokens(conn, actor.account, parts.clock())]


@router.post(
    "/me/tokens",
    summary="Make a token for a program",
    status_code=201,
    responses={401: {}, 403: {}},
    dependencies=[signed_in("one's own tokens")],
)
async def make_token(
    order: TokenOrder, parts: WiredParts, conn: OwnConnection, actor: Acting
) -> NewToken:
    """It acts as its account, at most with the rights named; the secret is shown this once."""
    refuse_programs(actor)
    secret, made = await store.make_token(
        conn,
        actor.account,
        name=order.name,
        rights=order.rights,
        days=order.days,
        now=parts.clock(),
    )
    return NewToken(token=secret, made=token_view(made))


@router.delete(
    "/me/tokens/{token}",
    summary="Revoke one of one's tokens",
    status_code=204,
    responses={401: {}, 403: {}, 404: {}},
    dependencies=[signed_in("one's own tokens")],
)
async def revoke_token(
    token: Number, parts: WiredParts, conn: OwnConnection, actor: Acting
) -> None:
    """From now on it opens nothing."""
    if not await store.revoke_token(conn, actor.account, token, parts.clock()):
        raise _none_of_yours("token", token)


def checked_password(password: str, name: str) -> str:
    """A new password that may be taken.

    Raises:
        ProblemError: a 422 that says what is wrong with it.
    """
    fault = password_fault(password, name)
    if fault is not None:
        raise invalid([FieldError(field="body.new", message=PASSWORD_FAULTS[fault])])
    return password


def revealed(secret: SecretStr | None) -> str | None:
    """What was sent, if anything."""
    return None if secret is None else secret.get_secret_value()


def _none_of_yours(what: str, number: int) -> ProblemError:
    return ProblemError(
        404, f"no-such-{what}", f"You have no such {what}", f"None of your {what}s is {number}."
    )
