"""TOTP: codes of an authenticator app (RFC 6238: six digits, new each half minute). Pure."""

from __future__ import annotations

import hmac
import re
from io import BytesIO

import pyotp
import segno
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from pyotp.totp import TOTP

from edge.wire import Micros
from hub.accounts.domain import SECOND, AccountError

STEP: Micros = 30 * SECOND  # RFC 6238, 5.2: the recommended time step
DRIFT = 1  # steps that a clock may be ahead or behind; RFC 6238, 5.2: one at most
RECOVERY_CODES = 10  # ours
RECOVERY_GROUPS = 3  # of five letters: 75 bits, which nobody tries from a stolen hash; ours
ISSUER = "Gridwarden"
_DIGITS = re.compile(r"[0-9]{6}")
NONCE = 12  # bytes; NIST SP 800-38D, 5.2.1.1
_KEY = 32  # bytes: AES-256


class AccountKeyError(AccountError):
    """The secret was kept under another account key than this one."""


def new_totp() -> str:
    """160 random bits (RFC 4226, 4: the recommended length), in base32."""
    return pyotp.random_base32()


def uri(secret: str, name: str) -> str:
    """What an authenticator app reads from the QR code."""
    return TOTP(secret).provisioning_uri(name=name, issuer_name=ISSUER)


def qr(text: str) -> str:
    """A QR code as SVG, to be shown as an image."""
    drawn = BytesIO()
    segno.make(text, error="m", micro=False).save(
        drawn, kind="svg", xmldecl=False, scale=4, border=4, dark="#000", light="#fff"
    )
    return drawn.getvalue().decode()


def is_totp(code: str) -> bool:
    """Whether it looks like a code of an app, and not like a recovery code."""
    return _DIGITS.fullmatch(code) is not None


def step_of(secret: str, code: str, now: Micros) -> int | None:
    """The time step whose code it is, of those that may count now; None: of none."""
    found: int | None = None
    current = now // STEP
    for step in range(current - DRIFT, current + DRIFT + 1):
        if hmac.compare_digest(TOTP(secret).generate_otp(step).encode(), code.encode()):
            found = step
    return found


def sealed(key: bytes, account: int, secret: str, nonce: bytes) -> bytes:
    """A secret as it is stored: AES-256-GCM under the key, good for that account alone."""
    return nonce + AESGCM(_own(key)).encrypt(nonce, secret.encode(), str(account).encode())


def opened(key: bytes, account: int, stored: bytes) -> str:
    """The secret that was stored.

    Raises:
        AccountKeyError: it was stored under another key, or for another account.
    """
    nonce, rest = stored[:NONCE], stored[NONCE:]
    try:
        return AESGCM(_own(key)).decrypt(nonce, rest, str(account).encode()).decode()
    except InvalidTag as error:
        raise AccountKeyError(
            "the account key is not the one that second factors were set up with: restore "
            "account.key of the data folder, or run `gridwarden user totp reset NAME`"
        ) from error


def _own(key: bytes) -> bytes:
    return HKDF(algorithm=SHA256(), length=_KEY, salt=None, info=b"gridwarden totp").derive(key)
