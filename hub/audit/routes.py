"""Routes of the audit log: the auditor reads it."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Query

from hub.audit import store
from hub.audit.store import Wanted
from hub.audit.views import AuditLogView, CheckView, view
from hub.audit.walks import catch_up
from hub.rights.guard import needs
from hub.views import Asked
from hub.wiring import OwnConnection, WiredParts

router = APIRouter(prefix="/api", tags=["audit"])

Text = Annotated[str | None, Query(max_length=200)]


def wanted(
    actor: Annotated[Text, Query(description="By whom", examples=["p-wang-01"])] = None,
    action: Annotated[Text, Query(description="With all below it", examples=["trace"])] = None,
    subject: Annotated[Text, Query(description="On what", examples=["case:17"])] = None,
    from_: Annotated[Asked | None, Query(alias="from")] = None,
    to: Asked | None = None,
) -> Wanted:
    """What the auditor looks for."""
    return Wanted(actor=actor, action=action, subject=subject, start=from_, finish=to)


@router.get(
    "/audit",
    summary="Who did what",
    responses={403: {}},
    dependencies=[needs("audit.read")],
)
async def read_audit_log(
    parts: WiredParts,
    conn: OwnConnection,
    sought: Annotated[Wanted, Depends(wanted)],
    after: Annotated[int, Query(ge=0, description="Entries after this number")] = 0,
    before: Annotated[int | None, Query(ge=1, description="Entries before this number")] = None,
    newest: Annotated[bool, Query(description="Newest first")] = False,
    limit: Annotated[int, Query(ge=1, le=1000)] = 200,
) -> AuditLogView:
    """For who has the right audit.read (PR-03): all that was noted before this request, filtered.

    Checked are the entries shown and all that came since the last look; the whole log is checked
    once a day, and by `gridwarden audit verify`.
    """
    await store.seal_all(conn)
    walks = await catch_up(conn, parts.clock())
    found, amiss = await store.find(
        conn, sought, after=after, before=before, newest=newest, limit=limit
    )
    known = [walk.broken for walk in walks.values() if walk.broken is not None]
    news, whole = walks["news"], walks["whole"]
    return AuditLogView(
        items=[view(one) for one in found],
        next=found[-1].seq if len(found) == limit else None,
        broken=min([*known, *(one.seq for one in amiss)], default=None),
        checked=CheckView(seq=news.seq, hash=news.hash.hex(), whole=whole.finished),
    )
