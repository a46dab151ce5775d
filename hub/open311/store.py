"""Store of the requests that came through Open311."""

from __future__ import annotations

import secrets
from typing import Any

import msgspec
from psycopg import AsyncConnection
from psycopg.rows import dict_row
from psycopg.types.json import Jsonb

from edge.wire import Micros
from hub.open311.domain import Sent, Wanted
from hub.reports.store import Taken
from hub.sites.domain import Point
from ingest import clock
from ingest.sql import load_queries

_QUERIES = load_queries("hub.open311")


class Stored(msgspec.Struct, frozen=True, kw_only=True):
    """A request with what became of it; `stage` None: there is no case, a consent covered it.

    `unsolvable` is the written reason why it cannot be done, which whoever asked reads (CA-23).
    """

    number: int
    at: Micros
    service: str
    words: str
    address: str
    address_id: str
    spot: Point
    media: str
    stage: str | None
    unsolvable: str
    open: bool
    updated: Micros | None
    due: Micros | None
    place_name: dict[str, str] | None


async def put(
    conn: AsyncConnection[Any], taken: Taken, sent: Sent, *, at: Point, media: str, now: Micros
) -> str:
    """Keep a request in the caller's transaction; returns the token that it can be asked for by."""
    token = secrets.token_urlsafe(18)
    values = {
        "report": taken.id,
        "case": None if taken.case is None else taken.case.id,
        "token": token,
        "at": clock.moment(now),
        "service": sent.service,
        "words": sent.words,
        "address": sent.address,
        "address_id": sent.address_id,
        "spot": Jsonb(list(at)),
        "media": media,
    }
    await conn.execute(_QUERIES["put"], values)
    return token


async def of_token(conn: AsyncConnection[Any], token: str) -> int | None:
    """The number of the request with that token."""
    row = await (await conn.execute(_QUERIES["of_token"], {"token": token})).fetchone()
    return None if row is None else row[0]


async def requests(conn: AsyncConnection[Any], wanted: Wanted) -> list[Stored]:
    """The requests that are asked for, newest first."""
    by_number = wanted.numbers is not None
    values = {
        "numbers": None if wanted.numbers is None else list(wanted.numbers),
        "services": None if by_number or wanted.services is None else list(wanted.services),
        "start": clock.moment(wanted.start),
        "end": clock.moment(wanted.end),
        "open": None if by_number else wanted.open,
        "limit": wanted.limit,
        "skip": wanted.limit * (wanted.page - 1),
    }
    async with conn.cursor(row_factory=dict_row) as cursor:
        await cursor.execute(_QUERIES["requests"], values)
        return [
            Stored(
                number=row["report"],
                at=clock.micros(row["at"]),
                service=row["service"],
                words=row["words"],
                address=row["address"],
                address_id=row["address_id"],
                spot=(row["spot"][0], row["spot"][1]),
                media=row["media"],
                stage=row["stage"],
                unsolvable=row["unsolvable"],
                open=row["open"],
                updated=None if row["updated"] is None else clock.micros(row["updated"]),
                due=None if row["due"] is None else clock.micros(row["due"]),
                place_name=row["place_name"],
            )
            async for row in cursor
        ]
