"""Views of the audit log: the models of the API."""

from __future__ import annotations

from typing import Any

from pydantic import BaseModel, Field

from hub.audit.domain import SealedEntry
from hub.views import Instant
from ingest import clock


class AuditEntryView(BaseModel):
    """Who did what with personal data."""

    seq: int
    at: Instant
    actor: str
    action: str = Field(examples=["trace.read"])
    subject: str = Field(examples=["investigation:7"])
    data: dict[str, Any]
    hash: str


class AuditLogView(BaseModel):
    """Entries, oldest first; `broken` is the first that was altered or is missing, in all."""

    items: list[AuditEntryView]
    broken: int | None


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
