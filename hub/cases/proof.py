"""Proof: that the files of cases are unaltered: events, what they fold to, and their photos."""

from __future__ import annotations

from collections.abc import AsyncIterator
from hashlib import sha256
from typing import Any, Literal

import msgspec
from psycopg import AsyncConnection
from psycopg.rows import dict_row

from hub.cases.chain import Sealed
from hub.cases.folding import fold
from hub.cases.store import StoredCase, find_break, from_row, read_log
from hub.photos.store import read
from ingest.sql import load_queries

AT_ONCE = 500  # cases read in one go; ours

_QUERIES = load_queries("hub.cases")

What = Literal["event", "missing_event", "state", "photo", "missing_photo"]


class Flaw(msgspec.Struct, frozen=True, kw_only=True):
    """What is wrong in the file of a case: an event by its number, the kept state, a photo."""

    what: What
    seq: int | None = None
    event: str = ""
    photo: str = ""


class Proved(msgspec.Struct, frozen=True, kw_only=True):
    """One case that was looked at; no flaw: its file is as it was written."""

    number: str
    events: int
    photos: int
    flaw: Flaw | None = None


async def prove(conn: AsyncConnection[Any], number: str | None = None) -> AsyncIterator[Proved]:
    """Look at one case by its number, or at all, oldest first; none of that number: nothing."""
    after = 0
    while True:
        values = {"after": after, "number": number, "limit": AT_ONCE}
        async with conn.cursor(row_factory=dict_row) as cursor:
            await cursor.execute(_QUERIES["to_prove"], values)
            cases = [(row["progress"] is not None, from_row(row)) async for row in cursor]
        for folded, case in cases:
            yield await _proved(conn, case, folded=folded)
        if len(cases) < AT_ONCE:
            return
        after = cases[-1][1].id


async def _proved(conn: AsyncConnection[Any], case: StoredCase, *, folded: bool) -> Proved:
    log = await read_log(conn, case)
    hashes = {photo: one for one in log for photo in one.event.data.get("photos", ())}
    flaw = await _broken(conn, case, log)
    if flaw is None and folded and fold(one.event for one in log) != case.state:
        flaw = Flaw(what="state")
    if flaw is None:
        flaw = await _altered_photo(conn, hashes)
    return Proved(number=case.number, events=len(log), photos=len(hashes), flaw=flaw)


async def _broken(conn: AsyncConnection[Any], case: StoredCase, log: list[Sealed]) -> Flaw | None:
    seq = await find_break(conn, case)
    if seq is None:
        return None
    named = next((one.event.event for one in log if one.seq == seq), None)
    if named is None:
        return Flaw(what="missing_event", seq=seq)
    return Flaw(what="event", seq=seq, event=named)


async def _altered_photo(conn: AsyncConnection[Any], hashes: dict[str, Sealed]) -> Flaw | None:
    for photo, sealed in hashes.items():
        kept = await read(conn, photo)
        if kept is None:
            return Flaw(what="missing_photo", seq=sealed.seq, photo=photo)
        if sha256(kept.data).hexdigest() != photo:
            return Flaw(what="photo", seq=sealed.seq, photo=photo)
    return None
