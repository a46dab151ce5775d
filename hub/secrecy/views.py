"""Views of the secrecy duty: the models of the API."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict, Field

from hub.sites.routes import NameView
from hub.views import Instant


class SecrecyView(BaseModel):
    """The duty as it stands, and when the one who asks has signed it."""

    text: NameView
    hash: str = Field(description="SHA-256 of the text; a signature names it")
    signed: Instant | None


class DutySignature(BaseModel):
    """A signature under the text with this hash."""

    model_config = ConfigDict(extra="forbid")

    hash: str = Field(pattern=r"^[0-9a-f]{64}$")
