"""Walks: how far the chain was checked, so that no reader needs to check all of it again.

`news` checks each entry once, as it comes. `whole` goes over the whole log again and again, because
what was checked once may be altered later. What either finds broken stays told until
`gridwarden audit verify` finds the log whole.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any, Literal

import msgspec
from psycopg import AsyncConnection
from psycopg.rows import dict_row

from edge.wire import Micros
from hub.audit.domain import Head, breaks
from hub.audit.store import AT_ONCE, read
from hub.sealing import GENESIS
from ingest import clock
from ingest.sql import load_queries

CHECK_EVERY_S = 5.0  # ours: 400 entries a second, so that the whole walk disturbs nobody
AGAIN_AFTER: Micros = 24 * 3600 * 1_000_000  # ours: from one whole walk to the next

_QUERIES = load_queries("hub.audit")
Name = Literal["news", "whole"]


class Walk(msgspec.Struct, frozen=True, kw_only=True):
    """One walk: checked up to `seq`; `finished` is when it last came to the end."""

    name: Name
    seq: int
    hash: bytes
    broken: int | None
    finished: datetime | None


async def walk_on(conn: AsyncConnection[Any], now: Micros) -> bool:
    """Let both walks go on; True if there is more of the news."""
    more = await _walk(conn, "news", now)
    await _walk(conn, "whole", now)
    return more


async def catch_up(conn: AsyncConnection[Any], now: Micros) -> dict[Name, Walk]:
    """Check all news, and tell how far both walks are."""
    while await _walk(conn, "news", now):
        pass
    async with conn.cursor(row_factory=dict_row) as cursor:
        await cursor.execute(_QUERIES["walks"])
        return {row["name"]: msgspec.convert(row, Walk) async for row in cursor}


async def found_whole(conn: AsyncConnection[Any], head: Head, now: Micros) -> None:
    """Note that all of the log up to `head` was checked and nothing was broken."""
    async with conn.transaction():
        for name in ("news", "whole"):
            await conn.execute(_QUERIES["lock_walk"], {"name": name})
            done = Walk(name=name, seq=head.seq, hash=head.hash, broken=None,
                        finished=clock.moment(now))  # fmt: skip
            await conn.execute(_QUERIES["walked"], msgspec.structs.asdict(done))


async def _walk(conn: AsyncConnection[Any], name: Name, now: Micros) -> bool:
    async with conn.transaction():
        async with conn.cursor(row_factory=dict_row) as cursor:
            await cursor.execute(_QUERIES["lock_walk"], {"name": name})
            row = await cursor.fetchone()
        assert row is not None
        walk = msgspec.convert(row, Walk)
        if name == "whole" and walk.seq and walk.finished is not None:
            if clock.micros(walk.finished) + AGAIN_AFTER > now:
                return False
            walk = msgspec.structs.replace(walk, seq=0, hash=GENESIS, finished=None)
        page = await read(conn, after=walk.seq, limit=AT_ONCE)
        found = next(breaks(page, Head(walk.seq, walk.hash)), None)
        broken = walk.broken
        if found is not None and (broken is None or found.seq < broken):
            broken = found.seq
        at_end = len(page) < AT_ONCE
        after = msgspec.structs.replace(
            walk,
            seq=page[-1].seq if page else walk.seq,
            hash=page[-1].hash if page else walk.hash,
            broken=broken,
            finished=clock.moment(now) if at_end else walk.finished,
        )
        if after != walk:
            await conn.execute(_QUERIES["walked"], msgspec.structs.asdict(after))
    return not at_end
