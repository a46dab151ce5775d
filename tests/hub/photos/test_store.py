"""The store of photos: how long one that nothing refers to is kept."""

from __future__ import annotations

from typing import Any

from psycopg import AsyncConnection

from hub.photos import store
from hub.photos.domain import checked_photo
from tests.hub.make import in_transaction

FIRST, OTHER = (checked_photo(b"\xff\xd8\xff" + end) for end in (b"1", b"2"))
HOUR = 3_600_000_000


def test_a_photo_that_is_sent_again_is_kept_for_another_day(site_url: str) -> None:
    async def work(conn: AsyncConnection[Any]) -> list[bool]:
        kept: list[bool] = []
        for hour, photo in ((0, FIRST), (23, FIRST), (46, OTHER), (48, OTHER)):
            await store.put(conn, photo, hour * HOUR)
            kept.append(await store.read(conn, FIRST.hash) is not None)
        return kept

    assert in_transaction(site_url, work) == [True, True, True, False]


def test_evidence_is_kept_however_often_it_is_sent(site_url: str) -> None:
    async def work(conn: AsyncConnection[Any]) -> object:
        await store.put(conn, FIRST, 0)
        await store.hold(conn, [FIRST.hash])
        await store.put(conn, FIRST, 90 * HOUR)
        await store.put(conn, OTHER, 900 * HOUR)
        return await store.read(conn, FIRST.hash)

    assert in_transaction(site_url, work) == FIRST
