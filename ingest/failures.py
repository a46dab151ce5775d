"""Failures in the log: what failed and where, without the values that it failed on.

An error's own text may hold what it stumbled over: a database tells the whole row that breaks a
rule. Rows hold people, so only kinds, rules and places in our code are logged.
"""

from __future__ import annotations

import traceback
from collections.abc import Iterator
from typing import cast

import psycopg

FRAMES = 12  # the innermost; ours: they say where


def without_values(error: BaseException) -> str:
    """An error and what caused it, innermost first, as kinds and places."""
    return " < ".join(_one(each) for each in _chain(error))


def _chain(error: BaseException) -> Iterator[BaseException]:
    found: list[BaseException] = []
    at: BaseException | None = error
    while at is not None and at not in found:
        found.append(at)
        at = at.__cause__ or (None if at.__suppress_context__ else at.__context__)
    yield from reversed(found)
    if isinstance(error, BaseExceptionGroup):
        group = cast("BaseExceptionGroup[BaseException]", error)
        for one in group.exceptions:
            yield from _chain(one)


def _one(error: BaseException) -> str:
    kind = type(error).__name__
    if isinstance(error, psycopg.Error):
        diag = error.diag
        told = (diag.sqlstate, diag.table_name, diag.constraint_name)
        kind = " ".join([kind, *(part for part in told if part)])
    frames = traceback.extract_tb(error.__traceback__)[-FRAMES:]
    places = ", ".join(f"{frame.filename}:{frame.lineno} {frame.name}" for frame in frames)
    return f"{kind} at {places}" if places else kind
