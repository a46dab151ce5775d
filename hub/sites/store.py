"""Store of the site: load a checked document, read it back, and know each device's spot."""

from __future__ import annotations

from typing import Any

import msgspec
from psycopg import AsyncConnection

from edge.wire import Micros
from hub.sites.check import Problem, check
from hub.sites.coverage import locate
from hub.sites.domain import SiteDocument, SiteError, Spot, grid_path
from hub.sites.history import keep_versions
from hub.sites.problem import UNFINISHED
from hub.sites.rules import NO_RULES, GridRules
from ingest import clock
from ingest.sql import load_queries

SITE_CHANNEL = "gridwarden_site"  # PostgreSQL NOTIFY channel: the site changed; empty payload

_QUERIES = load_queries("hub.sites")
_PUT = (
    "register_devices",
    "unregister_devices",
    "put_people",
    "put_grids",
    "put_holdings",
    "put_duties",
    "put_buildings",
    "put_roads",
    "put_places",
    "put_devices",
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
) -> None:
    """Make the stored site equal to the document, keyed by ids, in one transaction.

    Loading the same document again changes nothing. What changed gets a new version from `now`
    (the clock's, if None) on, what went ends; no version is overwritten. An `unfinished` territory
    may have gaps, overlaps and grids without a warden. Device names are registered for ingest,
    those that went are not registered any more.
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
        "households": _json(locate(document, "household")),
        "units": _json(locate(document, "unit")),
        "names": _json(sorted(device.id for device in document.devices)),
    }
    async with conn.transaction():
        for name in _PUT:
            await conn.execute(_QUERIES[name], values)
        await keep_versions(conn, document, clock.now() if now is None else now)
        await conn.execute(_QUERIES["site_changed"], {"channel": SITE_CHANNEL})


async def read_site(conn: AsyncConnection[Any]) -> SiteDocument | None:
    """The stored site as a document, every list ordered by id; None before the first load."""
    cursor = await conn.execute(_QUERIES["site"])
    row = await cursor.fetchone()
    return None if row is None else msgspec.json.decode(row[0], type=SiteDocument)


async def spots(conn: AsyncConnection[Any]) -> dict[str, Spot]:
    """Where each registered device stands and who answers for it, by device id."""
    cursor = await conn.execute(_QUERIES["spots"])
    row = await cursor.fetchone()
    return {} if row is None or row[0] is None else _SPOTS.decode(row[0])


async def read_role(conn: AsyncConnection[Any], person: str) -> str | None:
    """The role of somebody in the site in force; None for who is not in it."""
    cursor = await conn.execute(_QUERIES["role"], {"person": person})
    row = await cursor.fetchone()
    return None if row is None else row[0]


def _json(value: object) -> str:
    return msgspec.json.encode(value).decode()
