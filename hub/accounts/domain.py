"""Accounts: names and secrets, and how long they hold. Pure."""

from __future__ import annotations

import re
import secrets
import unicodedata
from hashlib import sha256
from typing import Literal

import msgspec

from edge.wire import Micros

SECOND: Micros = 1_000_000
HOUR: Micros = 3_600 * SECOND
DAY: Micros = 24 * HOUR

SESSION_IDLE: Micros = 12 * HOUR  # ours: a shift
SESSION_MOST: Micros = 30 * DAY  # ours
SEEN_EVERY: Micros = 60 * SECOND  # ours: how exact "last seen" is
TOKEN_DAYS = 90  # ours, unless another number is asked for
TOKEN_MOST_DAYS = 366  # ours
CODE_HOLDS: Micros = 72 * HOUR  # the issue: a printed one-time code

PASSWORD_LEAST = 12  # characters; ours: NIST SP 800-63B asks for 8
PASSWORD_MOST = 256  # ours: long enough for any sentence
PASSWORD_KINDS = 5  # different characters; ours: no "aaaaaaaaaaaa"

COOKIE = "gridwarden_session"
TOKEN_PREFIX = "gwt_"  # noqa: S105  # tells programs that search for leaked secrets what it is
_SECRET_BYTES = 32
_NAME = re.compile(r"[a-z0-9][a-z0-9._@-]{0,63}")
_CODE_LETTERS = "ABCDEFGHJKLMNPQRSTUVWXYZ23456789"  # none that look alike on paper
_CODE_GROUPS, _CODE_GROUP = 5, 5  # 125 bits

PasswordFault = Literal["short", "long", "plain", "name"]


class AccountError(ValueError):
    """What is asked of an account cannot be done; the text says what to do."""


class Account(msgspec.Struct, frozen=True, kw_only=True):
    """One account, without its secrets; `invited` while a one-time code of it can be used."""

    id: int
    name: str
    person: str | None
    display: str
    demo: bool
    disabled: Micros | None
    has_password: bool
    invited: Micros | None
    made: Micros
    made_by: str


class Session(msgspec.Struct, frozen=True, kw_only=True):
    """One session of the page."""

    id: int
    made: Micros
    seen: Micros
    until: Micros
    address: str
    browser: str


class Token(msgspec.Struct, frozen=True, kw_only=True):
    """One token of a program; `rights` are those that it is limited to."""

    id: int
    name: str
    rights: list[str] | None
    made: Micros
    until: Micros
    used: Micros | None


def folded(name: str) -> str:
    """A sign-in name as it is kept: in one form of Unicode, without regard to case."""
    return unicodedata.normalize("NFKC", name).strip().casefold()


def checked_name(name: str) -> str:
    """A new account's name, folded.

    Raises:
        AccountError: it has other characters than letters a to z, digits and . _ @ -.
    """
    found = folded(name)
    if not _NAME.fullmatch(found):
        raise AccountError(
            "a sign-in name begins with a letter a to z or a digit and has up to 64 of these and "
            ". _ @ -"
        )
    return found


def password_fault(password: str, name: str) -> PasswordFault | None:
    """What is wrong with a new password, if anything; the length counts characters."""
    if len(password) < PASSWORD_LEAST:
        return "short"
    if len(password) > PASSWORD_MOST:
        return "long"
    if len(set(password)) < PASSWORD_KINDS:
        return "plain"
    if name in password.casefold() and len(password) < len(name) + PASSWORD_LEAST:
        return "name"
    return None


PASSWORD_FAULTS: dict[PasswordFault, str] = {
    "short": f"has fewer than {PASSWORD_LEAST} characters",
    "long": f"has more than {PASSWORD_MOST} characters",
    "plain": f"has fewer than {PASSWORD_KINDS} different characters",
    "name": "is hardly more than the name",
}


def new_secret() -> str:
    """256 random bits, as text."""
    return secrets.token_urlsafe(_SECRET_BYTES)


def new_token() -> str:
    """A program's token."""
    return TOKEN_PREFIX + new_secret()


def new_code(groups: int = _CODE_GROUPS) -> str:
    """A code to be printed, such as `ABCDE-FGHJK-…`; 25 bits in each group."""
    written = (
        "".join(secrets.choice(_CODE_LETTERS) for _ in range(_CODE_GROUP)) for _ in range(groups)
    )
    return "-".join(written)


def plain_code(code: str) -> str:
    """A one-time code as it is compared: without hyphens, blanks and regard to case."""
    return re.sub(r"[\s-]", "", code).upper()


def fingerprint(secret: str) -> bytes:
    """What is stored of a secret of ours; a plain hash, as nobody can try 75 bits and more."""
    return sha256(secret.encode()).digest()


def session_until(made: Micros, now: Micros) -> Micros:
    """Until when a session holds that was used now."""
    return min(now + SESSION_IDLE, made + SESSION_MOST)
