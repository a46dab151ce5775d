"""Routes of one's second factor: set an authenticator app up, renew recovery codes, remove it."""

from __future__ import annotations

from fastapi import APIRouter, Request

from hub.accounts import passwords, second, store, totp
from hub.accounts.domain import AccountError
from hub.accounts.entering import (
    attempt,
    no_account_key,
    prove_second,
    refuse_programs,
    wrong_second,
)
from hub.accounts.second_views import (
    FirstCode,
    RecoveryCodes,
    SecondProof,
    SecondView,
    TotpDraft,
    TotpOrder,
)
from hub.problems import FieldError, ProblemError, invalid
from hub.rights.guard import Acting, signed_in
from hub.views import instant
from hub.wiring import OwnConnection, Parts, WiredParts

router = APIRouter(prefix="/api/me/totp", tags=["accounts"])


@router.get(
    "",
    summary="Whether one has a second factor",
    responses={401: {}},
    dependencies=[signed_in("one's own second factor")],
)
async def read_totp(conn: OwnConnection, actor: Acting) -> SecondView:
    """Since when an authenticator app counts, and how many recovery codes are left."""
    found = await second.state(conn, actor.account)
    return SecondView(since=instant(found.since), recovery_left=found.recovery)


@router.post(
    "",
    summary="Begin to set an authenticator app up",
    status_code=201,
    responses={401: {}, 403: {}, 409: {}, 503: {}},
    dependencies=[signed_in("one's own second factor")],
)
async def draft_totp(
    order: TotpOrder, parts: WiredParts, conn: OwnConnection, actor: Acting
) -> TotpDraft:
    """A secret, as a QR code as well. It counts once a first code of it was sent."""
    refuse_programs(actor)
    stored = await store.stored_password(conn, actor.account)
    if not await passwords.matches(stored, order.current.get_secret_value()):
        message = "is not the password so far"
        raise invalid([FieldError(field="body.current", message=message)])
    try:
        secret = await second.draft(conn, _key(parts), actor.account)
    except AccountError as error:
        raise _conflict(error) from error
    uri = totp.uri(secret, actor.name)
    return TotpDraft(secret=secret, uri=uri, qr=totp.qr(uri))


@router.post(
    "/confirmation",
    summary="Confirm an authenticator app by its first code",
    status_code=201,
    responses={401: {}, 403: {}, 409: {}, 503: {}},
    dependencies=[signed_in("one's own second factor")],
)
async def confirm_totp(
    order: FirstCode, parts: WiredParts, conn: OwnConnection, actor: Acting
) -> RecoveryCodes:
    """It counts from now on; all other sessions end. The recovery codes are shown this once."""
    refuse_programs(actor)
    now = parts.clock()
    code = order.code.get_secret_value()
    try:
        codes = await second.confirm(conn, _key(parts), actor.account, code, now)
    except totp.AccountKeyError as error:
        raise no_account_key(str(error)) from error
    except AccountError as error:
        raise _conflict(error) from error
    if codes is None:
        raise wrong_second()
    await store.end_sessions(conn, actor.account, now, but=actor.session)
    return RecoveryCodes(codes=codes)


@router.post(
    "/recovery-codes",
    summary="Make new recovery codes",
    status_code=201,
    responses={401: {}, 403: {}, 429: {}, 503: {}},
    dependencies=[signed_in("one's own second factor")],
)
async def renew_recovery_codes(
    order: SecondProof, request: Request, parts: WiredParts, conn: OwnConnection, actor: Acting
) -> RecoveryCodes:
    """Those so far are void. They are shown this once."""
    refuse_programs(actor)
    async with attempt(request, parts, conn, actor.name):
        await prove_second(parts, conn, actor.account, order.second.get_secret_value())
        return RecoveryCodes(codes=await second.new_recovery(conn, actor.account))


@router.post(
    "/removal",
    summary="Remove one's authenticator app",
    status_code=204,
    responses={401: {}, 403: {}, 429: {}, 503: {}},
    dependencies=[signed_in("one's own second factor")],
)
async def remove_totp(
    order: SecondProof, request: Request, parts: WiredParts, conn: OwnConnection, actor: Acting
) -> None:
    """Takes a code of it, or a recovery code; from now on the password is enough."""
    refuse_programs(actor)
    async with attempt(request, parts, conn, actor.name):
        await prove_second(parts, conn, actor.account, order.second.get_secret_value())
        await second.remove(conn, actor.account)


def _key(parts: Parts) -> bytes:
    if parts.account_key is None:
        raise no_account_key("it was started without an account key")
    return parts.account_key


def _conflict(error: AccountError) -> ProblemError:
    return ProblemError(409, "not-so", "That does not fit how it is", f"{error}.")
