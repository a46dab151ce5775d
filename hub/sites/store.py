"""Store of the site: load a checked document, read it back, and know each device's spot."""

from __future__ import annotations

from typing import Any

import msgspec
from psycopg import AsyncConnection

from edge.wire import Micros
from hub.registers.store import confirm
from hub.sites.check import Problem, check
from hub.sites.coverage import Thing, locate, locate_among
from hub.sites.domain import (
    HEARTBEAT_S,
    Grid,
    Name,
    Point,
    SiteDocument,
    SiteError,
    Spot,
    grid_path,
)
from hub.sites.history import keep_versions
from hub.sites.problem import UNFINISHED
from hub.sites.registers import DIVISION_REGISTERS, SITE_REGISTERS
from hub.sites.rules import NO_RULES, GridRules
from ingest import clock
from ingest.sql import load_queries

SITE_CHANNEL = "gridwarden_site"  # PostgreSQL NOTIFY channel: the site changed; empty payload

NEAR_M = 100.0  # ours: farther away a place no longer tells where one is

_QUERIES = load_queries("hub.sites")
_PUT = (
    "register_devices",
    "unregister_devices",
    "put_people",
    "put_grids",
    "put_holdings",
    "put_duties",
    "put_contracts",
    "put_defence_groups",
    "put_buildings",
    "put_roads",
    "put_places",
    "put_bodies",
    "put_devices",
    "put_agents",
    "put_terminals",
    "put_households",
    "put_units",
    "clear_site",
    "put_site",
    "drop_absent",
)
_SPOTS = msgspec.json.Decoder(dict[str, Spot])


class SiteRefusedError(SiteError):
    """The document has problems; nothing was changed."""

    def __init__(self, problems: list[Problem]) -> None:
        self.problems = problems
        shown = "; ".join(problem.text for problem in problems[:5])
        more = f"; and {len(problems) - 5} more" if len(problems) > 5 else ""
        super().__init__(f"the site file needs mending: {shown}{more}")


async def load_site(
    conn: AsyncConnection[Any],
    document: SiteDocument,
    *,
    rules: GridRules = NO_RULES,
    unfinished: bool = False,
    now: Micros | None = None,
    decided_by: str | None = None,
) -> None:
    """Make the stored site equal to the document, keyed by ids, in one transaction.

    Loading the same document again changes nothing. What changed gets a new version from `now`
    (the clock's, if None) on, what went ends; no version is overwritten. An `unfinished` territory
    may have gaps, overlaps and grids without a warden. Device names are registered for ingest,
    those that went are not registered any more. A load confirms the site's registers, a proposal
    that `decided_by` approved those of the division.
    Whoever listens to `SITE_CHANNEL` hears of it at the commit.

    Raises:
        SiteRefusedError: `check` finds problems by the plan's `rules`.
    """
    problems = check(document, rules)
    if unfinished:
        problems = [problem for problem in problems if problem.kind not in UNFINISHED]
    if problems:
        raise SiteRefusedError(problems)
    parents = {grid.code: grid.parent for grid in document.grids}
    values = {
        "document": _json(document),
        "paths": _json({code: grid_path(parents, code) for code in parents}),
        "located": _json(locate(document)),
        "heartbeat": HEARTBEAT_S,
        "places": _json(locate(document, "place")),
        "households": _json(locate(document, "household")),
        "units": _json(locate(document, "unit")),
        "names": _json(sorted(one.id for one in (*document.devices, *document.terminals))),
    }
    async with conn.transaction():
        await lock_site(conn)
        for name in _PUT:
            await conn.execute(_QUERIES[name], values)
        at = clock.now() if now is None else now
        await keep_versions(conn, document, at)
        if decided_by is None:
            names = [register.id for register in SITE_REGISTERS]
            await confirm(conn, names, now=at, by=None, how="load")
        else:
            await confirm(conn, DIVISION_REGISTERS, now=at, by=decided_by, how="proposal")
        await conn.execute(_QUERIES["site_changed"], {"channel": SITE_CHANNEL})


async def lock_site(conn: AsyncConnection[Any]) -> None:
    """Let nobody else change the site until the caller's transaction ends; all may read it."""
    await conn.execute(_QUERIES["lock_site"])


async def read_site(conn: AsyncConnection[Any]) -> SiteDocument | None:
    """The stored site as a document, every list ordered by id; None before the first load."""
    cursor = await conn.execute(_QUERIES["site"])
    row = await cursor.fetchone()
    return None if row is None else msgspec.json.decode(row[0], type=SiteDocument)


async def spots(conn: AsyncConnection[Any]) -> dict[str, Spot]:
    """Where each device stands, and each agent with a place of its own, and who answers for it."""
    return await _spots(conn, "spots") | await _spots(conn, "agent_spots")


async def _spots(conn: AsyncConnection[Any], query: str) -> dict[str, Spot]:
    cursor = await conn.execute(_QUERIES[query])
    row = await cursor.fetchone()
    return {} if row is None or row[0] is None else _SPOTS.decode(row[0])


async def read_grids(conn: AsyncConnection[Any]) -> list[Grid]:
    """The grids of the stored site, ordered by code."""
    cursor = await conn.execute(_QUERIES["grids"])
    row = await cursor.fetchone()
    return [] if row is None else msgspec.json.decode(row[0], type=list[Grid])


async def place_spot(conn: AsyncConnection[Any], subject: str, place: str) -> Spot | None:
    """The spot of a place, under the name of `subject`; None: the site has no such place."""
    cursor = await conn.execute(_QUERIES["place"], {"place": place})
    row = await cursor.fetchone()
    if row is None:
        return None
    name, kind, building, floor, at = row
    return await point_spot(
        conn, subject, (at[0], at[1]), name=msgspec.convert(name, Name), floor=floor,
        place=place, kind=kind, building=building,
    )  # fmt: skip


async def point_spot(
    conn: AsyncConnection[Any],
    subject: str,
    at: Point,
    *,
    name: Name | None = None,
    floor: int | None = None,
    place: str = "",
    kind: str = "place",
    building: str | None = None,
) -> Spot | None:
    """The spot of any point in metres; None: it lies outside of the site.

    Without a `name`, it is called by the nearest place within `NEAR_M`.
    """
    grids = await read_grids(conn)
    thing = Thing("place", subject, at, floor)
    code = locate_among(grids, [thing]).get(subject)
    if code is None:
        return None
    cursor = await conn.execute(_QUERIES["holding"], {"grid": code})
    warden, stand_in = await cursor.fetchone() or (None, None)
    parents = {grid.code: grid.parent for grid in grids}
    return Spot(
        device=subject,
        kind=kind,
        place=place,
        place_name=name or await _near(conn, at),
        at=at,
        grid=code,
        grid_path=grid_path(parents, code),
        warden=warden,
        stand_in=stand_in,
        agent="",
        report_s=0,
        building=building,
    )


async def _near(conn: AsyncConnection[Any], at: Point) -> Name:
    values = {"x": at[0], "y": at[1], "within": NEAR_M}
    cursor = await conn.execute(_QUERIES["nearest_place"], values)
    row = await cursor.fetchone()
    where = f"({at[0]:.0f}, {at[1]:.0f})"
    if row is None:
        return Name(en=where, zh=where)
    name = msgspec.convert(row[0], Name)
    return Name(en=f"near {name.en} {where}", zh=f"{name.zh}附近 {where}")


def _json(value: object) -> str:
    return msgspec.json.encode(value).decode()
