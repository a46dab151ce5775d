"""Swipes in a real store, as ingest writes them, and the site whose people trace."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import msgspec
import psycopg

from edge.wire import Direction, Readings
from hub.sites.domain import Device, Person, Place, SiteDocument
from hub.sites.store import load_site
from ingest import clock
from ingest.feed import CommittedBatch, CommittedSwipe, encode_committed
from tests.hub.make import SITE, in_transaction, name

HOUR = 3_600_000_000
DAY = 24 * HOUR
Row = tuple[int, int, str, Direction]  # time, person, reader, direction

TRACED_SITE: SiteDocument = msgspec.structs.replace(
    SITE,
    people=[
        *SITE.people,
        Person("p-epi", name("Epidemiologist"), "epidemiologist"),
        Person("p-other", name("Another one"), "epidemiologist"),
        Person("p-look", name("Inspector"), "inspector"),
    ],
    places=[
        *SITE.places,
        Place("lab", name("Lab"), "room", None, None, (20, 20)),
        Place("hall", name("Hall"), "room", None, None, (30, 20)),
    ],
    devices=[
        *SITE.devices,
        Device("lab-in", "reader", "lab", (20, 20), "agent-1", 5),
        Device("lab-out", "reader", "lab", (21, 20), "agent-1", 5),
        Device("hall-in", "reader", "hall", (30, 20), "agent-1", 5),
        Device("hall-out", "reader", "hall", (31, 20), "agent-1", 5),
    ],
)


def load_traced_site(database_url: str) -> None:
    """Load the site with an epidemiologist, an inspector and two rooms with readers."""
    in_transaction(database_url, lambda conn: load_site(conn, TRACED_SITE))


def commit_swipes(database_url: str, rows: Sequence[Row], *, feed: bool = True) -> None:
    """Store granted swipes, and put them into the feed in the same transaction."""
    with psycopg.connect(database_url) as conn:
        weeks = {time // (7 * DAY) for time, *_ in rows}
        for week in weeks:
            ends = [clock.moment(at * 7 * DAY) for at in (week, week + 1)]
            conn.execute("select add_partition('swipes', %s, %s)", ends)
        for reader in {reader for _, _, reader, _ in rows}:
            conn.execute("insert into devices (name) values (%s) on conflict do nothing", [reader])
        for time, person, reader, direction in rows:
            conn.execute(
                "insert into swipes (time, reader, person, direction, granted, received) select"
                " %s, id, %s, %s, true, %s from devices where name = %s",
                [clock.moment(time), person, int(direction), clock.moment(time), reader],
            )
        if feed:
            conn.execute(
                "insert into feed (received, payload) values (now(), %s)", [_payload(rows)]
            )


def _payload(rows: Sequence[Row]) -> bytes:
    swipes = [
        CommittedSwipe(reader, time, person, direction, True)
        for time, person, reader, direction in rows
    ]
    return encode_committed(
        CommittedBatch(
            agent="agent-1", epoch=1, seq=1, origin="live", received=clock.now(), devices=[],
            quantities=[], readings=Readings(b"", b"", b"", b""), swipes=swipes, detections=[],
            states=[],
        )
    )  # fmt: skip


def rows_of(database_url: str, query: str, *values: Any) -> list[tuple[Any, ...]]:
    """What a query answers."""
    with psycopg.connect(database_url) as conn:
        return conn.execute(query, values).fetchall()  # type: ignore[arg-type]
