"""Retention: each series keeps its days, and what is older goes by whole partitions or chunks.

Days count from the event or from the receipt, whichever was later, so that what was carried in
late is not dropped as it comes. What goes is counted. Swipes that an open investigation holds stay
until it ends.
"""

from __future__ import annotations

from typing import Any

import psycopg

from edge.wire import Micros
from ingest.clock import DAY, micros, moment
from ingest.counters import count
from ingest.settings import IngestSettings
from ingest.sql import load_queries

PARTS_DROPPED = "parts_dropped_{series}"
SWIPES_DELETED = "swipes_deleted"
_SLACK_DAYS = 2  # a part goes when all of it is old: readings stay up to one span longer

_QUERIES = load_queries("ingest", "retention.sql")


def keeps(settings: IngestSettings) -> dict[str, int]:
    """Days by series."""
    return {
        "readings": settings.keep_readings_days,
        "readings_1m": settings.keep_minutes_days,
        "readings_1h": settings.keep_hours_days,
        "swipes": settings.keep_swipes_days,
        "detections": settings.keep_detections_days,
        "device_states": settings.keep_device_states_days,
    }


def oldest_rolled_up(settings: IngestSettings, now: Micros) -> Micros:
    """From when on every reading is surely still there, so that roll-ups may be made anew."""
    return now - (settings.keep_readings_days - _SLACK_DAYS) * DAY


def retire(conn: psycopg.Connection[Any], settings: IngestSettings, now: Micros) -> int:
    """Drop what is too old; returns how many partitions or chunks went.

    A part that is in use is left to the next round. `conn` is in autocommit mode.
    """
    reach = f"{settings.keep_readings_days - _SLACK_DAYS} days"
    conn.execute(_QUERIES["refresh_back_to"], [reach])
    held = _held_from(conn, now)
    dropped = 0
    for series, days in keeps(settings).items():
        before = now - days * DAY
        dropped += _drop(conn, series, min(before, held) if series == "swipes" else before)
    _delete_swipes(conn, now - settings.keep_swipes_days * DAY, now)
    return dropped


def _drop(conn: psycopg.Connection[Any], series: str, before: Micros) -> int:
    dropped = 0
    while True:
        try:
            with conn.transaction():
                row = conn.execute(_QUERIES["drop_oldest"], [series, moment(before)]).fetchone()
                if row is None or row[0] is None:
                    return dropped
                count(conn, PARTS_DROPPED.format(series=series), 1)
        except psycopg.errors.LockNotAvailable:
            return dropped
        dropped += 1


def _held_from(conn: psycopg.Connection[Any], now: Micros) -> Micros:
    """The earliest swipe that an open investigation may need; now, where there is none."""
    row = conn.execute(_QUERIES["held_from"], {"now": moment(now)}).fetchone()
    return now if row is None or row[0] is None else micros(row[0])


def _delete_swipes(conn: psycopg.Connection[Any], before: Micros, now: Micros) -> None:
    """Swipes say who was where: they go to the day, not with their week."""
    with conn.transaction():
        gone = conn.execute(
            _QUERIES["delete_swipes"], {"before": moment(before), "now": moment(now)}
        ).rowcount
        if gone:
            count(conn, SWIPES_DELETED, gone)
