"""What the cameras' part reads from the store."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Any

from psycopg import AsyncConnection

from edge.wire import Micros
from hub.cameras.relay import Target
from hub.sites.domain import Spot
from ingest import clock
from ingest.sql import load_queries

_QUERIES = load_queries("hub.cameras")


async def targets(conn: AsyncConnection[Any], spots: Mapping[str, Spot]) -> dict[str, Target]:
    """Where the agents of these cameras are heard; without those whose agent never reported."""
    names = sorted({spot.agent for spot in spots.values()})
    cursor = await conn.execute(_QUERIES["agents"], {"names": names})
    sites: dict[str, str] = dict(await cursor.fetchall())
    return {
        camera: Target(sites[spot.agent], spot.agent)
        for camera, spot in spots.items()
        if spot.agent in sites
    }


async def newest_pictures(
    conn: AsyncConnection[Any], cameras: Collection[str], since: datetime
) -> dict[str, Micros]:
    """When each camera last sent a picture, of those that did since a time."""
    values = {"names": list(cameras), "since": since}
    cursor = await conn.execute(_QUERIES["newest_pictures"], values)
    return {name: clock.micros(time) for name, time in await cursor.fetchall()}
