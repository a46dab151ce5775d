"""History: what the territory was at any time, kept as versions that only ever end.

A version holds from `valid_from` until just before `valid_to`; None means still. Times are int64
microseconds UTC.
"""

from __future__ import annotations

from typing import Any, Literal

import msgspec
from psycopg import AsyncConnection

from edge.wire import Micros
from hub.sites.domain import Contract, Duty, Grid, Holding, Name, SiteDocument
from ingest import clock
from ingest.sql import load_queries

Kind = Literal["grid", "holding", "duty", "person", "contract"]

_QUERIES = load_queries("hub.sites", "history.sql")


class Version(msgspec.Struct, frozen=True, kw_only=True):
    """One entry of the site file as it stood for a while."""

    kind: Kind
    id: str
    facts: dict[str, Any]
    valid_from: Micros
    valid_to: Micros | None

    def held_at(self, at: Micros) -> bool:
        """Whether the version was in force then."""
        return self.valid_from <= at and (self.valid_to is None or at < self.valid_to)


class GridThen(msgspec.Struct, frozen=True, kw_only=True):
    """A grid as it was at one time; `since` and `until` bound its boundary, `held_*` its holder."""

    grid: Grid
    since: Micros
    until: Micros | None
    holding: Holding | None
    held_since: Micros | None
    held_until: Micros | None
    duties: tuple[Duty, ...]
    contract: Contract | None = None


async def keep_versions(conn: AsyncConnection[Any], document: SiteDocument, now: Micros) -> None:
    """End the versions that the document no longer says, begin those that it says anew.

    They change at `now`, or just after the last change where that lies ahead. The same document
    again changes nothing. For the transaction in which the site is stored.
    """
    await conn.execute(_QUERIES["lock_versions"])
    cursor = await conn.execute(_QUERIES["change_time"], {"now": clock.moment(now)})
    row = await cursor.fetchone()
    assert row is not None
    values = {"at": row[0], "versions": msgspec.json.encode(_entries(document)).decode()}
    await conn.execute(_QUERIES["end_versions"], values)
    await conn.execute(_QUERIES["begin_versions"], values)


async def territory_at(conn: AsyncConnection[Any], at: Micros) -> dict[str, GridThen]:
    """Every grid that there was then, by code."""
    found = await _versions(conn, "versions_at", {"at": clock.moment(at)})
    codes = [version.id for version in found if version.kind == "grid"]
    return {code: then for code in codes if (then := grid_then(found, code, at)) is not None}


async def grid_history(conn: AsyncConnection[Any], code: str) -> list[Version]:
    """All versions of a grid, its holding, contract and duties, oldest first."""
    return await _versions(conn, "grid_versions", {"grid": code})


async def names_at(conn: AsyncConnection[Any], people: list[str], at: Micros) -> dict[str, Name]:
    """What people were called then, also those who have left the site since."""
    values = {"people": people, "at": clock.moment(at)}
    cursor = await conn.execute(_QUERIES["names_at"], values)
    return {id_: msgspec.convert(name, Name) async for id_, name in cursor}


def grid_then(versions: list[Version], code: str, at: Micros) -> GridThen | None:
    """The grid as it was at `at`, by versions of it among others; None if there was none."""
    then = [version for version in versions if version.held_at(at)]
    grid = next((v for v in then if (v.kind, v.id) == ("grid", code)), None)
    if grid is None:
        return None
    holding = next((v for v in then if (v.kind, v.id) == ("holding", code)), None)
    contract = next((v for v in then if (v.kind, v.id) == ("contract", code)), None)
    return GridThen(
        grid=msgspec.convert(grid.facts, Grid),
        since=grid.valid_from,
        until=grid.valid_to,
        holding=None if holding is None else msgspec.convert(holding.facts, Holding),
        held_since=None if holding is None else holding.valid_from,
        held_until=None if holding is None else holding.valid_to,
        contract=None if contract is None else msgspec.convert(contract.facts, Contract),
        duties=tuple(
            msgspec.convert(v.facts, Duty)
            for v in then
            if v.kind == "duty" and v.facts["grid"] == code
        ),
    )


def _entries(document: SiteDocument) -> list[dict[str, object]]:
    kinds: dict[Kind, dict[str, object]] = {
        "grid": {grid.code: grid for grid in document.grids},
        "holding": {holding.grid: holding for holding in document.holdings},
        "duty": {duty.id: duty for duty in document.duties},
        "contract": {contract.grid: contract for contract in document.contracts},
        "person": {person.id: person for person in document.people},
    }
    return [
        {"kind": kind, "id": id_, "facts": facts}
        for kind, entries in kinds.items()
        for id_, facts in entries.items()
    ]


async def _versions(
    conn: AsyncConnection[Any], query: str, values: dict[str, Any]
) -> list[Version]:
    cursor = await conn.execute(_QUERIES[query], values)
    return [
        Version(
            kind=kind,
            id=id_,
            facts=facts,
            valid_from=clock.micros(valid_from),
            valid_to=None if valid_to is None else clock.micros(valid_to),
        )
        async for kind, id_, facts, valid_from, valid_to in cursor
    ]
