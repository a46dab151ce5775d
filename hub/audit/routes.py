"""Routes of the audit log: the auditor reads it."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query

from hub.acting import Person, refuse_other_roles, refuse_unknown
from hub.audit import store
from hub.audit.views import AuditLogView, view
from hub.investigations.domain import AUDITORS
from hub.wiring import Connection, WiredParts

router = APIRouter(prefix="/api", tags=["audit"])


@router.get("/audit", summary="Who read personal data", responses={400: {}, 403: {}})
async def read_audit_log(
    parts: WiredParts,
    conn: Connection,
    person: Person,
    after: Annotated[int, Query(ge=0, description="Entries after this number")] = 0,
    limit: Annotated[int, Query(ge=1, le=1000)] = 200,
) -> AuditLogView:
    """For inspectors (PR-03). The whole chain is checked each time."""
    await refuse_unknown(parts, conn, person)
    await refuse_other_roles(conn, person, AUDITORS)
    found = await store.read(conn, after=after, limit=limit)
    return AuditLogView(items=[view(one) for one in found], broken=await store.find_break(conn))
