"""Store of the stays: kept up from swipes as they come, made anew at any time, read by a trace.

A stay depends on swipes within a known reach before and after it (`stays.reach_of`) and on no
others. So when swipes come, early or late, the stays of their persons around them are folded anew.
Over-long stays are cut, and a person's last stay goes on until the longest dwell.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Mapping, Sequence
from typing import Any, TypeAlias

import msgspec
import numpy as np
from psycopg import AsyncConnection

from edge.wire import Micros
from hub.tracing.columns import NONE, Integers, StayColumns, SwipeColumns, integers
from hub.tracing.contacts import Window
from hub.tracing.packed import read_columns
from hub.tracing.places import PlaceRules
from hub.tracing.stays import fold_stays, reach_of
from ingest import clock, copying, locks
from ingest.copying import POSTGRES_EPOCH
from ingest.feed import decode_committed
from ingest.sql import load_queries

Touched: TypeAlias = Mapping[int, tuple[Micros, Micros]]
"""Persons with the first and the last time of their new swipes."""

FEED_PAGE = 500
PERSONS_AT_ONCE = 2000  # ours: a month of 2,000 people's swipes is some 100 MB at most
_REACH = reach_of(PlaceRules.alike(1))
_STAY = ["i8"] * 8

_QUERIES = load_queries("hub.tracing")
_log = logging.getLogger(__name__)


async def catch_up(conn: AsyncConnection[Any]) -> bool:
    """Fold the next page of the feed; whether there may be more. One transaction.

    A row that cannot be read is passed over, as the judging follower does.
    Without a cursor, or when the feed was dropped beyond it, all stays are made anew.
    """
    async with conn.transaction():
        await conn.execute(_QUERIES["lock"], {"key": locks.STAYS})
        cursor = await conn.execute(_QUERIES["cursor"])
        row = await cursor.fetchone()
        assert row is not None
        position, dropped_to, newest = row
        if position is None or position < dropped_to:
            await _rebuild(conn, newest)
            return False
        values = {"position": position, "limit": FEED_PAGE}
        cursor = await conn.execute(_QUERIES["feed_page"], values)
        page = await cursor.fetchall()
        if not page:
            return False
        await refold(conn, await asyncio.to_thread(_touched, page))
        await conn.execute(_QUERIES["put_cursor"], {"position": page[-1][0]})
    return len(page) == FEED_PAGE


def _touched(page: Sequence[tuple[int, bytes]]) -> Touched:
    touched: dict[int, tuple[Micros, Micros]] = {}
    for position, payload in page:
        try:
            swipes = decode_committed(payload).swipes
        except msgspec.MsgspecError as error:
            _log.error("feed row %d makes no stays, it cannot be read: %s", position, error)
            continue
        for swipe in swipes:
            low, high = touched.get(swipe.person, (swipe.time, swipe.time))
            touched[swipe.person] = (min(low, swipe.time), max(high, swipe.time))
    return touched


async def rebuild(conn: AsyncConnection[Any]) -> None:
    """Make all stays anew from the swipes that are stored, in one transaction."""
    async with conn.transaction():
        await conn.execute(_QUERIES["lock"], {"key": locks.STAYS})
        cursor = await conn.execute(_QUERIES["cursor"])
        row = await cursor.fetchone()
        assert row is not None
        await _rebuild(conn, row[2])


async def _rebuild(conn: AsyncConnection[Any], position: int) -> None:
    await conn.execute(_QUERIES["delete_all"])
    cursor = await conn.execute(_QUERIES["persons"])
    persons = [row[0] for row in await cursor.fetchall()]
    ever = (-(2**53), 2**53)
    for begin in range(0, len(persons), PERSONS_AT_ONCE):
        some = persons[begin : begin + PERSONS_AT_ONCE]
        await refold(conn, dict.fromkeys(some, ever))
    await conn.execute(_QUERIES["put_cursor"], {"position": position})


async def refold(conn: AsyncConnection[Any], touched: Touched) -> None:
    """Fold anew the stays of some persons around their new swipes, in the caller's transaction."""
    if not touched:
        return
    low = min(first for first, _ in touched.values()) - _REACH
    high = max(last for _, last in touched.values()) + _REACH
    persons = list(touched)
    swipes = await _swipes(conn, persons, low - _REACH, high + _REACH)
    places = PlaceRules.alike(int(swipes.place.max(initial=0)) + 1)
    # In a thread: of a month it takes a while, and the hub's streams share this one.
    stays, _ = await asyncio.to_thread(fold_stays, swipes, places, over_long="cut")
    by = np.where(stays.opened_by != NONE, stays.opened_by, stays.closed_by)
    anchor = swipes.time[by] if len(by) else by
    mine = np.flatnonzero((anchor >= low) & (anchor <= high))
    stays, anchor = stays.take(mine), anchor[mine]
    values = {"persons": persons, "low": low, "high": high}
    await conn.execute(_QUERIES["delete_stays"], values)
    await _put(conn, stays, anchor)


async def delete_old(conn: AsyncConnection[Any], before: Micros, now: Micros) -> int:
    """Delete stays that ended before a time, unless an open investigation holds them."""
    values = {"before": before, "now": clock.moment(now)}
    return (await conn.execute(_QUERIES["delete_old"], values)).rowcount


async def stays_around(
    conn: AsyncConnection[Any], index: tuple[int, ...], window: Window, *, depth: int
) -> StayColumns:
    """All stays that a trace of some persons may need.

    For one ring those persons' stays and the ones that meet them, for more all in the window.
    """
    values = {"persons": list(index), "start": window.start, "end": window.end}
    query = "around" if depth == 1 else "within"
    person, place, *times = await read_columns(conn, _QUERIES[query], values, _STAY)
    first, start, sure_start, sure_end, end, last = times
    none = np.full(len(person), NONE, dtype=np.int64)
    return StayColumns(person, place, first, start, sure_start, sure_end, end, last, none, none)


async def count_present(
    conn: AsyncConnection[Any], place: str, start: Micros, finish: Micros
) -> int:
    """How many people may have been at a place within a time."""
    values = {"place": place, "start": start, "finish": finish}
    row = await (await conn.execute(_QUERIES["present"], values)).fetchone()
    assert row is not None
    return row[0]


async def place_names(
    conn: AsyncConnection[Any], places: Integers
) -> dict[int, tuple[str, dict[str, str] | None]]:
    """What places are called: id and, if the site knows it, name, by number."""
    cursor = await conn.execute(_QUERIES["place_names"], {"places": np.unique(places).tolist()})
    return {number: (name, title) for number, name, title in await cursor.fetchall()}


async def _swipes(
    conn: AsyncConnection[Any], persons: list[int], low: Micros, high: Micros
) -> SwipeColumns:
    values = {"persons": persons, "low": _moment(low), "high": _moment(high)}
    time, person, reader, direction, granted = await read_columns(
        conn, _QUERIES["swipes"], values, ("i8", "i8", "i4", "i2", "?")
    )
    readers, at = np.unique(reader, return_inverse=True)
    place = (await _places(conn, readers.tolist()))[at] if len(readers) else integers([])
    return SwipeColumns(time + POSTGRES_EPOCH, person, place, direction.astype(np.int64), granted)


async def _places(conn: AsyncConnection[Any], readers: list[int]) -> Integers:
    """The place of each reader: that of the site, or the reader itself where the site has none."""
    await conn.execute(_QUERIES["put_places"], {"readers": readers})
    cursor = await conn.execute(_QUERIES["places_of"], {"readers": readers})
    places = dict(await cursor.fetchall())
    return integers([places[reader] for reader in readers])


async def _put(conn: AsyncConnection[Any], stays: StayColumns, anchor: Integers) -> None:
    if not len(stays):
        return
    columns = (
        stays.person, stays.place, anchor, stays.first, stays.start, stays.sure_start,
        stays.sure_end, stays.end, stays.last,
    )  # fmt: skip
    async with conn.cursor() as cursor, cursor.copy(_QUERIES["put_stays"]) as copy:
        await copy.write(copying.copy_data([copying.bigint(column) for column in columns]))
    length = stays.last - stays.first
    for place in np.unique(stays.place).tolist():
        reach = int(length[stays.place == place].max())
        await conn.execute(_QUERIES["widen"], {"place": place, "reach": reach})


def _moment(micros: Micros) -> object:
    """A time for SQL; what no calendar reaches stands for the first or the last moment."""
    earliest, latest = -(2**48), 2**52
    if micros < earliest:
        return "-infinity"
    return "infinity" if micros > latest else clock.moment(micros)
