"""Store of the photos."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from psycopg import AsyncConnection

from edge.wire import Micros
from hub.photos.domain import Photo
from ingest import clock
from ingest.sql import load_queries

UNHELD: Micros = 86_400_000_000  # ours: a photo that nothing refers to is forgotten after a day
MOST_UNHELD = 200  # ours: and of more than these the oldest

_QUERIES = load_queries("hub.photos")


class NoSuchPhotoError(LookupError):
    """A photo is referred to that was not sent, or was forgotten meanwhile."""


async def put(conn: AsyncConnection[Any], photo: Photo, now: Micros) -> None:
    """Keep a photo; the day of the same one that nothing refers to yet begins anew."""
    old = {"before": clock.moment(now - UNHELD), "most": MOST_UNHELD - 1, "hash": photo.hash}
    new = {
        "hash": photo.hash,
        "type": photo.type,
        "bytes": photo.data,
        "at": clock.moment(now),
    }
    async with conn.transaction():
        await conn.execute(_QUERIES["forget"], old)
        await conn.execute(_QUERIES["put"], new)


async def hold(conn: AsyncConnection[Any], hashes: Sequence[str]) -> None:
    """Keep some photos for good, as evidence of what refers to them in this transaction.

    Raises:
        NoSuchPhotoError: one of them is not there.
    """
    cursor = await conn.execute(_QUERIES["hold"], {"hashes": list(hashes)})
    found = {row[0] for row in await cursor.fetchall()}
    missing = sorted(set(hashes) - found)
    if missing:
        raise NoSuchPhotoError(f"photo {missing[0]} is not here: send it again")


async def read(conn: AsyncConnection[Any], photo: str) -> Photo | None:
    """The photo with that hash."""
    cursor = await conn.execute(_QUERIES["read"], {"hash": photo})
    row = await cursor.fetchone()
    return None if row is None else Photo(*row)
