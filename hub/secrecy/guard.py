"""The rule of routes that tell of persons: signed secrecy first, a purpose where it is asked for.

Such a route has it behind its right: `dependencies=[needs("staff.read"), of_persons()]`. Whoever
reads there is in the audit log with the purpose; see `hub.audit.noting`.
"""

# No `from __future__ import annotations`: FastAPI could not resolve those of callable objects.
from dataclasses import dataclass
from typing import Annotated, ClassVar, Final

from fastapi import Depends, Header, Query, Request, params

from hub.audit.noting import LONGEST_PURPOSE, purpose_of
from hub.problems import ProblemError
from hub.rights.domain import Right
from hub.rights.guard import Acting, not_allowed
from hub.rights.masked import is_outside
from hub.secrecy.store import signed
from hub.wiring import WiredParts

SWORN: Final[frozenset[Right]] = frozenset(
    {
        "tracing.read",
        "reporters.read",
        "staff.read",
        "complaints.read",
        "violations.read",
        "queries.police",
        "queries.health",
    }
)
"""Rights whose routes tell of persons; those of `FREE` only of posts."""
FREE: Final = frozenset({"/api/terminals", "/api/vacancies"})


@dataclass(frozen=True)
class OfPersons:
    """What a route that tells of persons demands beside the right."""

    purpose: bool
    of_persons: ClassVar[bool] = True

    async def __call__(
        self,
        request: Request,
        parts: WiredParts,
        actor: Acting,
        purpose: Annotated[
            str | None,
            Query(max_length=LONGEST_PURPOSE, description="What for; it is noted", examples=["a"]),
        ] = None,
        told: Annotated[
            str | None,
            Header(alias="X-Gridwarden-Purpose", description="The same, percent-encoded"),
        ] = None,
    ) -> None:
        """Refuse who has not signed, and who says no purpose where one is needed."""
        del purpose, told  # described here, read by `purpose_of`
        if is_outside(actor):
            raise not_allowed(("staff.read",))
        async with parts.pool.connection() as conn:
            if await signed(conn, actor.person, parts.plan.secrecy) is None:
                raise ProblemError(
                    403,
                    "secrecy-unsigned",
                    "Sign the secrecy duty first",
                    "Personal data is told to those only who have signed: read GET "
                    "/api/secrecy-duty, then sign with POST /api/secrecy-duty/signature.",
                )
        if self.purpose and not purpose_of(request):
            raise ProblemError(
                422,
                "purpose-needed",
                "Say what for",
                "This is told for a purpose only: give it as the query `purpose` or the header "
                "X-Gridwarden-Purpose. It stands in the audit log.",
            )


def of_persons(*, purpose: bool = False) -> params.Depends:
    """Demand the signed secrecy duty, and a purpose if so asked."""
    return Depends(OfPersons(purpose))
