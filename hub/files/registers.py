"""Registers of the files and of the evacuation totals; each entry is confirmed by a new version."""

from __future__ import annotations

import asyncio
from typing import Any

from psycopg import AsyncConnection

from hub.files.subjects import home_paths
from hub.registers.domain import Register, Tally
from hub.registers.part import Part
from hub.registers.tallies import counted
from hub.sites.domain import Name
from ingest.sql import load_queries

_FILES, _TOTALS = load_queries("hub.files"), load_queries("hub.evacuation")


async def _files(conn: AsyncConnection[Any], part: Part | None) -> Tally:
    among = None
    if part is not None:
        paths = await asyncio.to_thread(home_paths, part.whole)
        among = [f"{kind}:{id_}" for (kind, id_), path in paths.items() if part.sees(path)]
    return await counted(_FILES["tally"], conn, among)


async def _totals(conn: AsyncConnection[Any], part: Part | None) -> Tally:
    among = None
    if part is not None:
        paths = await asyncio.to_thread(home_paths, part.whole)
        among = [
            id_ for (kind, id_), path in paths.items() if kind == "building" and part.sees(path)
        ]
    return await counted(_TOTALS["tally"], conn, among)


FILE_REGISTERS = (
    Register("files", Name("Files of buildings and units", "一楼一档"), _files),
    Register("evacuation", Name("Evacuation totals", "需协助疏散人数"), _totals),
)
