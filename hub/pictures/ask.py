"""Asking cameras for pictures of a case, by a plan's rule or by a person."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from typing import Any

from psycopg import AsyncConnection

import hub.agents.store as agents
from edge.command import Snapshot
from edge.wire import Micros
from hub.anomalies.domain import Anomaly
from hub.cases.domain import CAMERAS
from hub.pictures import store
from hub.pictures.domain import FRESH, WORTH_S, Asked, Near
from ingest import clock


async def ask_by_rule(
    conn: AsyncConnection[Any], case: int, anomaly: Anomaly, cameras: Sequence[Near], now: Micros
) -> None:
    """In the caller's transaction, ask cameras for a picture of a case that has just opened.

    A danger that is judged late is not pictured: the picture would show another moment.
    """
    if now - anomaly.raised > FRESH:
        return
    for camera in cameras:
        await ask(conn, case, camera, CAMERAS, now)


async def ask(conn: AsyncConnection[Any], case: int, camera: Near, actor: str, now: Micros) -> str:
    """In the caller's transaction, ask one camera; returns the command's id.

    An agent that never reported cannot be asked: the case's log will say so.
    """
    command = secrets.token_hex(12)
    asked, until = clock.moment(now), clock.moment(now + round(WORTH_S * 1e6))
    order = Snapshot(camera.device)
    if await agents.knows(conn, camera.agent):
        await agents.ask(conn, command, camera.agent, order, made=asked, valid_until=until)
    wanted = Asked(command, case, camera.device, camera.agent, actor, camera.distance_m)
    await store.add(conn, wanted, asked=asked, until=until)
    return command
