"""What the store has of the past gives the same anomalies as the follower found live."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import msgspec
import psycopg
import pytest

from hub.anomalies.domain import Anomaly
from hub.anomalies.engine import Engine
from hub.anomalies.history import Source, begins, history, raised
from hub.anomalies.replay import Taken, replay
from hub.plans.read import shipped_plan
from tests.conftest import Cluster
from tests.hub.anomalies.stored import SECOND, campus_batches, live, load
from tools.evaluate.outages import Outage
from tools.evaluate.run import ORIGIN
from tools.evaluate.site import spots_of

pytestmark = pytest.mark.slow

SECONDS = 200
AWAY = Outage(ORIGIN + 90 * SECOND, ORIGIN + 150 * SECOND)
END = ORIGIN + 1000 * SECOND
DEMO = shipped_plan("demo")


@pytest.fixture(scope="module")
def stored(
    cluster: Cluster, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[tuple[str, Engine]]:
    """A database that a follower has followed live, west being away for a minute."""
    cache: Path = tmp_path_factory.mktemp("world")
    document, batches = campus_batches(cache, SECONDS, away=[AWAY])
    url = cluster.create_migrated()
    load(url, document)
    live(url, DEMO, batches)
    yield url, Engine(DEMO, spots_of(document))
    cluster.drop(url)


def replayed(url: str, engine: Engine, source: Source) -> tuple[bytes, set[int]]:
    """Anomalies of a replay in a fixed order as bytes, and the keys of what is over."""
    agents = {name: spot.agent for name, spot in engine.spots.items()}
    with psycopg.connect(url, autocommit=True) as conn:
        batches = history(conn, agents, ORIGIN, END, source)
        found = [one.finding for one in replay(engine, (Taken(b.received, b) for b in batches))]
    anomalies = [one for one in found if isinstance(one, Anomaly)]
    over = {one.key for one in found if not isinstance(one, Anomaly)}
    return encoded(anomalies), over


def encoded(anomalies: list[Anomaly]) -> bytes:
    ordered = sorted(anomalies, key=lambda one: (one.raised, one.key))
    kept = [msgspec.structs.replace(one, members=(), part_of=None) for one in ordered]
    return b"\n".join(map(msgspec.json.encode, kept))


@pytest.mark.parametrize("source", ["feed", "raw", "auto"])
def test_a_replay_gives_byte_for_byte_what_was_raised_live(
    stored: tuple[str, Engine], source: Source
) -> None:
    url, engine = stored
    with psycopg.connect(url, autocommit=True) as conn:
        kept = raised(conn, ORIGIN, END)
    assert {one.anomaly.kind for one in kept} >= {
        "smoke_alarm",
        "hydrant_low_pressure",
        "hydrant_no_water",
        "device_silent",
        "door_forced",
        "agent_silent",
    }
    anomalies, over = replayed(url, engine, source)
    assert anomalies == encoded([one.anomaly for one in kept])
    assert over == {one.anomaly.key for one in kept if one.recovered is not None}


def test_there_is_nothing_to_replay_in_an_empty_store(database_url: str) -> None:
    with psycopg.connect(database_url, autocommit=True) as conn:
        assert [begins(conn, source) for source in ("auto", "feed", "raw")] == [None] * 3
        assert list(history(conn, {}, ORIGIN, END)) == []


def test_history_begins_where_the_store_does(stored: tuple[str, Engine]) -> None:
    url, _ = stored
    with psycopg.connect(url, autocommit=True) as conn:
        feed, raw = begins(conn, "feed"), begins(conn, "raw")
    assert feed is not None
    assert raw is not None
    assert raw <= ORIGIN < feed
