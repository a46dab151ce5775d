"""Views of the audit log: the models of the API."""

from __future__ import annotations

from typing import Any

from pydantic import BaseModel, Field

from hub.audit.domain import SealedEntry
from hub.views import Instant
from ingest import clock


class AuditEntryView(BaseModel):
    """Who did what."""

    seq: int
    at: Instant
    actor: str
    action: str = Field(examples=["trace.read"])
    subject: str = Field(examples=["investigation:7"])
    data: dict[str, Any]
    hash: str


class CheckView(BaseModel):
    """How far the chain was checked: each entry as it came, and all of them anew."""

    seq: int = Field(description="Every entry up to this one was checked when it came")
    hash: str = Field(description="The last one's; keep it elsewhere to see what is cut off")
    whole: Instant | None = Field(description="When the whole log was last checked to its end")


class AuditLogView(BaseModel):
    """Entries; `broken` is the first of all that is known to be altered, inserted or missing."""

    items: list[AuditEntryView]
    next: int | None = Field(description="`after` (newest first: `before`) of the next page")
    broken: int | None
    checked: CheckView


def view(one: SealedEntry) -> AuditEntryView:
    """An entry as the auditor sees it."""
    entry = one.entry
    return AuditEntryView(
        seq=one.seq,
        at=clock.moment(entry.at),
        actor=entry.actor,
        action=entry.action,
        subject=entry.subject,
        data=entry.data,
        hash=one.hash.hex(),
    )
