"""A hub that is killed at any moment raises what one that lives raises: the same anomalies."""

from __future__ import annotations

import time
from importlib.resources import files
from pathlib import Path
from random import Random
from typing import Any

import psycopg
import pytest

from ingest.feed import CommittedBatch
from ingest.write import Writer
from tests.conftest import Cluster
from tests.e2e.stack import Part
from tests.hub.anomalies.stored import SECOND, campus_batches, load, lots, write

pytestmark = [pytest.mark.slow, pytest.mark.timeout(300)]

SECONDS = 240  # of event time
KILLS = 4

ANOMALIES = """
    select key, rule, kind, device, started, raised, value, threshold, unit, quantity, grade,
           supersedes, detection_time, recovered, recovery_value
    from hub.anomalies order by key"""
CASES = """
    select kind, grade, device, grid, warden, breaches, recurrences from hub.cases
    order by device, kind"""


def start_hub(url: str, folder: Path) -> Part:
    more = {"GRIDWARDEN_DATABASE__URL": url, "GRIDWARDEN_HUB__PLAN": str(folder / "demo.toml")}
    return Part("hub", "run", "--port", "0", output=folder / "hub.out", more=more)


def position(url: str) -> int:
    with psycopg.connect(url) as conn:
        row = conn.execute("select max(position) from hub.followers").fetchone()
    return (row and row[0]) or 0


def ask(url: str, query: Any) -> list[Any]:
    with psycopg.connect(url) as conn:
        return conn.execute(query).fetchall()


def parts_of(batches: list[CommittedBatch], count: int) -> list[list[list[CommittedBatch]]]:
    """Lots of two seconds, in so many runs of lots."""
    some = list(lots(batches, 2 * SECOND))
    size = -(-len(some) // count)
    return [some[first : first + size] for first in range(0, len(some), size)]


def shake(url: str, folder: Path, batches: list[CommittedBatch]) -> list[int]:
    """Write while a hub follows that is killed once in every part; how far it had saved each time.

    The moment is drawn, in lots and in milliseconds after one. While it is dead, ingest goes on.
    """
    random, deaths, writer = Random(4), [0], Writer(max_unregistered=1000)
    with psycopg.connect(url, autocommit=True) as conn:
        for part in parts_of(batches, KILLS):
            hub = start_hub(url, folder)
            write(conn, writer, part[0])
            hub.until(lambda: position(url) > deaths[-1])
            dies_at = random.randrange(1, len(part) - 1)
            for number, lot in enumerate(part[1:], start=1):
                write(conn, writer, lot)
                time.sleep(random.uniform(0, 0.1))
                if number == dies_at:
                    hub.process.kill()
                    hub.process.wait()
                    deaths.append(position(url))
    with start_hub(url, folder) as hub:
        hub.until(lambda: position(url) == len(batches))
    return deaths[1:]


def test_a_hub_killed_at_random_moments_raises_the_same_anomalies(
    cluster: Cluster, tmp_path: Path
) -> None:
    document, batches = campus_batches(tmp_path, SECONDS)
    plan = files("hub.plans").joinpath("library", "demo.toml").read_text(encoding="utf-8")
    (tmp_path / "demo.toml").write_text(plan)
    calm, shaken = cluster.create_migrated(), cluster.create_migrated()
    load(calm, document)
    load(shaken, document)
    with start_hub(calm, tmp_path) as hub, psycopg.connect(calm, autocommit=True) as conn:
        writer = Writer(max_unregistered=1000)
        for lot in lots(batches, 2 * SECOND):
            write(conn, writer, lot)
        hub.until(lambda: position(calm) == len(batches))
    deaths = shake(shaken, tmp_path, batches)
    assert len(deaths) == KILLS
    assert deaths == sorted(set(deaths))
    assert deaths[-1] < len(batches)
    raised = ask(calm, ANOMALIES)
    assert {row[2] for row in raised} >= {
        "smoke_alarm",
        "hydrant_low_pressure",
        "hydrant_no_water",
        "door_forced",
        "device_silent",
    }
    assert ask(shaken, ANOMALIES) == raised
    assert ask(shaken, CASES) == ask(calm, CASES)
    cluster.drop(calm)
    cluster.drop(shaken)
