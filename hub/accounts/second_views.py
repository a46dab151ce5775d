"""Views of the second factor: what the API shows and takes."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict, Field

from hub.accounts.views import SECOND_TOLD, SecondCode, Secret
from hub.views import Instant


class SecondView(BaseModel):
    """Since when an authenticator app counts (null: there is none), and recovery codes left."""

    since: Instant | None
    recovery_left: int


class TotpOrder(BaseModel):
    """The password, once more: a page left open sets nothing up."""

    model_config = ConfigDict(extra="forbid")

    current: Secret


class TotpDraft(BaseModel):
    """A secret for an authenticator app, in base32, as an address and as a QR code (SVG)."""

    secret: str
    uri: str
    qr: str


class FirstCode(BaseModel):
    """The first code of an authenticator app."""

    model_config = ConfigDict(extra="forbid")

    code: SecondCode


class SecondProof(BaseModel):
    """A code of the app, or a recovery code."""

    model_config = ConfigDict(extra="forbid")

    second: SecondCode = Field(description=SECOND_TOLD)


class RecoveryCodes(BaseModel):
    """Each opens the account once in place of the app; to be printed."""

    codes: list[str]
