"""Store of the staff: responsibility letters, and the switch to direct command."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

from psycopg import AsyncConnection
from psycopg.rows import DictRow, dict_row

from edge.wire import Micros
from hub.roster.domain import outranks
from hub.roster.store import is_direct
from hub.sites.domain import SiteDocument, grid_path
from hub.sites.store import SITE_CHANNEL
from hub.staff.domain import Letter
from ingest import clock
from ingest.sql import load_queries

MOST_LETTERS = 10_000  # ours: a town's grids, a few years of letters

_QUERIES = load_queries("hub.staff")


class StaffError(ValueError):
    """A letter or switch that cannot be; the text says what to do."""


class NoSuchLetterError(StaffError):
    """There is no letter with that id."""


class NotAllowedError(StaffError):
    """Somebody else has to do that."""


async def letters(
    conn: AsyncConnection[Any], grids: Sequence[str] | None = None, reader: str = ""
) -> list[DictRow]:
    """Letters of some grids (None: all) and of `reader`, the unsigned first, then the newest."""
    values = {
        "limit": MOST_LETTERS,
        "grids": None if grids is None else list(grids),
        "reader": reader,
    }
    return await _rows(conn, "letters", values)


async def find_letter(conn: AsyncConnection[Any], letter: int) -> DictRow:
    """The letter with that id, held for the transaction.

    Raises:
        NoSuchLetterError: there is none.
    """
    found = await _rows(conn, "letter", {"id": letter})
    if not found:
        raise NoSuchLetterError(f"no letter has the id {letter}")
    return found[0]


def letter_of(row: DictRow) -> Letter:
    """A row as the rules judge it."""
    return Letter(
        id=row["id"],
        grid=row["grid"],
        person=row["person"],
        expires=row["expires"],
        signed=row["signed"],
    )


async def file_letter(
    conn: AsyncConnection[Any],
    document: SiteDocument,
    grid: str,
    *,
    goals: str,
    expires: date,
    by: str,
    today: date,
    now: Micros,
) -> DictRow:
    """File a letter for the holder of a grid; who files it holds a higher grid.

    Raises:
        StaffError: the grid has no holder, the goals are empty, or it has expired already.
        NotAllowedError: `by` holds no grid above.
    """
    holdings = {holding.grid: holding for holding in document.holdings}
    if grid not in holdings:
        raise StaffError(f"nobody holds grid {grid}: a letter needs who signs it")
    if not goals.strip():
        raise StaffError("write the goals of the letter")
    if expires < today:
        raise StaffError("the letter must not have expired already")
    parents = {one.code: one.parent for one in document.grids}
    if not outranks(by, [grid], parents, holdings):
        raise NotAllowedError(f"a letter of grid {grid} is filed by a holder of a grid above it")
    above = [code for code in reversed(grid_path(parents, grid)[:-1]) if code in holdings]
    values = {
        "grid": grid,
        "person": holdings[grid].warden,
        "upper": holdings[above[0]].warden if above else None,
        "goals": goals.strip(),
        "expires": expires,
        "at": clock.moment(now),
        "by": by,
    }
    (row,) = await _rows(conn, "file_letter", values)
    return row


async def sign_letter(
    conn: AsyncConnection[Any], letter: int, *, by: str, signed: date, today: date
) -> DictRow:
    """Sign a letter, as the person whose it is; `signed` is the day on the paper.

    Raises:
        NoSuchLetterError, NotAllowedError, StaffError: it cannot be.
    """
    async with conn.transaction():
        row = await find_letter(conn, letter)
        if by != row["person"]:
            raise NotAllowedError(f"only {row['person']} can sign letter {letter}")
        if row["signed"] is not None:
            raise StaffError(f"letter {letter} is signed already, on {row['signed']}")
        if not signed <= min(today, row["expires"]):
            raise StaffError("the day of signing lies ahead, or after the letter's end")
        (row,) = await _rows(conn, "sign_letter", {"id": letter, "signed": signed, "by": by})
    return row


async def switches(conn: AsyncConnection[Any], limit: int = 100) -> list[DictRow]:
    """Each switch to and from direct command, the one in force first."""
    return await _rows(conn, "switches", {"limit": limit})


async def switch(
    conn: AsyncConnection[Any],
    document: SiteDocument,
    *,
    active: bool,
    reason: str,
    by: str,
    now: Micros,
) -> DictRow:
    """Switch direct command on or off, as a holder of the root; whoever judges hears of it.

    Raises:
        NotAllowedError: `by` does not hold the root.
        StaffError: no reason, or it is so already.
    """
    holdings = {holding.grid: holding for holding in document.holdings}
    parents = {one.code: one.parent for one in document.grids}
    if not outranks(by, [], parents, holdings):
        raise NotAllowedError("direct command is switched by a holder of the root grid")
    if not reason.strip():
        raise StaffError("say in the reason why")
    async with conn.transaction():
        if await is_direct(conn) == active:
            raise StaffError(f"direct command is {'on' if active else 'off'} already")
        values = {"active": active, "reason": reason.strip(), "by": by, "at": clock.moment(now)}
        (row,) = await _rows(conn, "switch", values)
        await conn.execute(_QUERIES["site_changed"], {"channel": SITE_CHANNEL})
    return row


async def _rows(conn: AsyncConnection[Any], query: str, values: dict[str, Any]) -> list[DictRow]:
    async with conn.cursor(row_factory=dict_row) as cursor:
        await cursor.execute(_QUERIES[query], values)
        return await cursor.fetchall()
