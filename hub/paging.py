"""Paging: part of a list, and the cursor from which the next part goes on."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Annotated, TypeVar

from fastapi import Query
from pydantic import StringConstraints

from hub.problems import FieldError, invalid

T = TypeVar("T")

_BIGINT = 2**63 - 1

Before = Annotated[
    int | None, Query(alias="cursor", ge=1, le=_BIGINT, description="`next` of a page")
]
After = Annotated[
    str | None,
    StringConstraints(pattern=r"^[A-Za-z0-9._-]{1,64}$"),
    Query(alias="cursor", description="`next` of a page"),
]
Most = Annotated[int | None, Query(alias="limit", ge=1, le=10_000, description="All, if left out")]
NEXT = "`cursor` of the next page; null: there is none"


def numbered(
    found: Sequence[T], limit: int, number: Callable[[T], int]
) -> tuple[list[T], str | None]:
    """The page out of `limit` + 1 that were looked for, and the cursor of the next."""
    page = list(found[:limit])
    return page, str(number(page[-1])) if len(found) > limit else None


def named(
    whole: Sequence[T], name: Callable[[T], str], after: str | None, most: int | None
) -> tuple[list[T], str | None]:
    """The page of a whole list in its order that follows the one of that name.

    Raises:
        ProblemError: a 422, if the list has none of that name any more.
    """
    start = 0
    if after is not None:
        places = [place for place, one in enumerate(whole) if name(one) == after]
        if not places:
            message = "the list has changed: begin anew without it"
            raise invalid([FieldError(field="query.cursor", message=message)])
        start = places[0] + 1
    rest = whole[start:]
    page = list(rest if most is None else rest[:most])
    return page, name(page[-1]) if len(page) < len(rest) else None
