"""Store of a logbook: lines are only ever added."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Generic, TypeVar

import msgspec
from psycopg import AsyncConnection
from psycopg.sql import Identifier
from psycopg.types.json import Jsonb

from edge.wire import Micros
from hub import entries
from ingest import clock
from ingest.sql import load_queries

E = TypeVar("E", bound=str)

_QUERIES = load_queries("hub.logbooks")


class Line(msgspec.Struct, Generic[E], frozen=True, kw_only=True):
    """One line about a thing."""

    at: Micros
    actor: str
    event: E
    note: str
    data: dict[str, Any]


class Logbook(Generic[E]):
    """The lines about the things of one register, of events `E`.

    They are in a table of the schema `hub`; its column `thing` has the id of the thing.
    """

    def __init__(self, table: str, thing: str) -> None:
        names = {"table": Identifier("hub", table), "thing": Identifier(thing)}
        self._note = _QUERIES["note"].format(**names)
        self._history = _QUERIES["history"].format(**names)

    async def note(
        self,
        conn: AsyncConnection[Any],
        thing: str,
        event: E,
        *,
        actor: str,
        now: Micros,
        words: str = "",
        data: Mapping[str, Any],
    ) -> None:
        """Add a line about a thing."""
        values = {
            "thing": thing,
            "at": clock.moment(now),
            "actor": actor,
            "event": event,
            "note": words,
            "data": Jsonb(data),
        }
        await conn.execute(self._note, values)

    async def history(self, conn: AsyncConnection[Any], thing: str) -> list[Line[E]]:
        """Who noted what about a thing, newest first; the last 200."""
        return await entries.read(conn, self._history, {"thing": thing}, Line[E])
