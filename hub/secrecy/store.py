"""Store of the signatures under the secrecy duty."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from psycopg import AsyncConnection

from edge.wire import Micros
from hub.secrecy.domain import SecrecyDuty
from ingest import clock
from ingest.sql import load_queries

_QUERIES = load_queries("hub.secrecy")


async def signed(conn: AsyncConnection[Any], person: str, duty: SecrecyDuty) -> datetime | None:
    """When somebody signed the duty as it stands; None: not yet."""
    cursor = await conn.execute(_QUERIES["signed"], {"person": person, "hash": duty.hash})
    row = await cursor.fetchone()
    return None if row is None else row[0]


async def sign(conn: AsyncConnection[Any], person: str, duty: SecrecyDuty, now: Micros) -> None:
    """Keep a signature with the text; once is enough."""
    values = {
        "person": person,
        "hash": duty.hash,
        "en": duty.text.en,
        "zh": duty.text.zh,
        "at": clock.moment(now),
    }
    await conn.execute(_QUERIES["sign"], values)
