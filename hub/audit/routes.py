"""Routes of the audit log: the auditor reads it."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query

from hub.audit import store
from hub.audit.views import AuditLogView, view
from hub.rights.guard import needs
from hub.wiring import Connection

router = APIRouter(prefix="/api", tags=["audit"])


@router.get(
    "/audit",
    summary="Who read personal data",
    responses={400: {}, 403: {}},
    dependencies=[needs("audit.read")],
)
async def read_audit_log(
    conn: Connection,
    after: Annotated[int, Query(ge=0, description="Entries after this number")] = 0,
    limit: Annotated[int, Query(ge=1, le=1000)] = 200,
) -> AuditLogView:
    """For who has the right audit.read (PR-03). The whole chain is checked each time."""
    found = await store.read(conn, after=after, limit=limit)
    return AuditLogView(items=[view(one) for one in found], broken=await store.find_break(conn))
