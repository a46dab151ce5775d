"""Attempts: failed sign-ins in the store, so that a restart forgives none."""

from __future__ import annotations

from typing import Any

from psycopg import AsyncConnection

from edge.wire import Micros
from hub.accounts.domain import DAY
from hub.accounts.waits import (
    FORGOTTEN,
    NONE,
    Failures,
    Kind,
    after_attempt,
    subjects,
    wait_left,
)
from ingest import clock
from ingest.sql import load_queries

_QUERIES = load_queries("hub.accounts")
_KEPT: Micros = 30 * DAY  # sessions that are over; ours


async def note_attempt(conn: AsyncConnection[Any], name: str, address: str, now: Micros) -> Micros:
    """Count an attempt to sign in, before it is known whether it succeeds; how long to wait.

    Counted beforehand, many attempts at once get no further than one after the other. While there
    is something to wait for, nothing is counted and the attempt is not to be made.
    """
    wanted = subjects(name, address)
    async with conn.transaction():
        values = {"subjects": sorted(wanted.values())}
        await conn.execute(_QUERIES["touch_failures"], values)
        cursor = await conn.execute(_QUERIES["failures"], values)
        found = {row[0]: _failures(row[1:]) for row in await cursor.fetchall()}
        so_far: dict[Kind, Failures] = {
            kind: found.get(subject, NONE) for kind, subject in wanted.items()
        }
        wait = max(wait_left(one, now) for one in so_far.values())
        if wait:
            return wait
        for kind, one in so_far.items():
            await _note(conn, wanted[kind], after_attempt(one, kind, now))
    return 0


async def forget_attempts(conn: AsyncConnection[Any], name: str, address: str) -> None:
    """An attempt succeeded: the failures of that name count no more; the address's others do."""
    wanted = subjects(name, address)
    await conn.execute(_QUERIES["forget_attempt"], {"subject": wanted["address"]})
    kinds: tuple[Kind, ...] = ("name and address", "name")
    await conn.execute(_QUERIES["forget_failures"], {"subjects": [wanted[kind] for kind in kinds]})


async def take_back(conn: AsyncConnection[Any], name: str, address: str) -> None:
    """An attempt that went well so far is no failure, and forgives none either."""
    for subject in subjects(name, address).values():
        await conn.execute(_QUERIES["forget_attempt"], {"subject": subject})


async def sweep(conn: AsyncConnection[Any], now: Micros) -> None:
    """Delete failures that count no more, and sessions that are long over."""
    before = clock.moment(now - FORGOTTEN)
    await conn.execute(_QUERIES["sweep_failures"], {"before": before})
    await conn.execute(_QUERIES["sweep_sessions"], {"before": clock.moment(now - _KEPT)})


async def _note(conn: AsyncConnection[Any], subject: str, one: Failures) -> None:
    values = {
        "subject": subject,
        "count": one.count,
        "last": clock.moment(one.last),
        "until": None if one.until is None else clock.moment(one.until),
    }
    await conn.execute(_QUERIES["note_failure"], values)


def _failures(row: tuple[Any, ...]) -> Failures:
    count, last, until = row
    return Failures(
        count=count,
        last=clock.micros(last),
        until=None if until is None else clock.micros(until),
    )
