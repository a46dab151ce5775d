"""Route of the reporters: who one of them is, one at a time, noted with the purpose."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Path

from hub.problems import ProblemError
from hub.reporters import store
from hub.reporters.views import ReporterView, reporter_view
from hub.rights.guard import needs
from hub.secrecy.guard import of_persons
from hub.wiring import OwnConnection, WiredParts

router = APIRouter(prefix="/api", tags=["reporters"])


@router.get(
    "/reporters/{number}",
    summary="Who a reporter is",
    responses={403: {}, 404: {}, 422: {}},
    dependencies=[needs("reporters.read"), of_persons(purpose=True)],
)
async def read_reporter(
    number: Annotated[int, Path(ge=1, lt=2**63)], parts: WiredParts, conn: OwnConnection
) -> ReporterView:
    """For whoever pays rewards and gives feedback (PR-07); needs a `purpose`, and is noted."""
    found = await store.find(conn, number)
    if found is None:
        detail = f"No reporter has number {number}."
        raise ProblemError(404, "no-such-reporter", "There is no such reporter", detail)
    return reporter_view(number, found, parts.directory)
