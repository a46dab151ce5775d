"""The demo plan on the simulated campus: what the truth file expects is found, and nothing else."""

from __future__ import annotations

from pathlib import Path

import pytest

from edge.simulate.driver import SimulatedDriver
from edge.simulate.truth import truth
from edge.simulate.world import World, build_world
from hub.anomalies.detectors import Finding
from hub.anomalies.domain import Anomaly
from hub.anomalies.engine import Engine
from hub.plans.read import shipped_plan
from hub.sites.check import check
from hub.sites.coverage import locate
from hub.sites.domain import SiteDocument, Spot, leaf_codes
from tools.evaluate.site import document_of, spots_of
from tools.evaluate.stream import Cut, batch_of

ORIGIN = 1_790_000_000_000_000
HORIZON_S = 60
MISUSE_S = 40 * 60  # each kind of misuse; the hour of `tools.evaluate` has them again
SETTLE_S = 15  # the longest that the demo plan needs after a condition began
CAMERA_KINDS = {"lane_blocked", "camera_fire", "lens_covered"}  # they come from footage

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> World:
    cache: Path = tmp_path_factory.mktemp("world")
    return build_world(7, cache)


@pytest.fixture(scope="module")
def document(world: World) -> SiteDocument:
    return document_of(world)


def spots_but_cameras(document: SiteDocument) -> dict[str, Spot]:
    """Without a database; cameras' agent is left out."""
    return {name: spot for name, spot in spots_of(document).items() if spot.kind != "camera"}


def play(
    world: World,
    spots: dict[str, Spot],
    plan: str = "demo",
    horizon_s: int = HORIZON_S,
    step: int = 100_000,
) -> list[Finding]:
    """What the engine finds in a run that is polled every `step` microseconds."""
    engine = Engine(shipped_plan(plan), spots)
    agents = sorted({spot.agent for spot in spots.values()})
    drivers = {agent: SimulatedDriver(world, agent, ORIGIN) for agent in agents}
    for driver in drivers.values():
        list(driver.poll(ORIGIN))
    state, found, seq = engine.start(), [], 0
    for now in range(ORIGIN, ORIGIN + horizon_s * 1_000_000, step):
        for agent, driver in drivers.items():
            for sample in driver.poll(now):
                seq += 1
                batch = batch_of(agent, seq, now + step, Cut(now + step, sample))
                state, more = engine.step(state, batch)
                found += more
        state, more = engine.due(state, now + step)
        found += more
    return found


def test_the_simulated_site_has_no_problems(document: SiteDocument) -> None:
    assert check(document) == []
    assert locate(document).keys() == {device.id for device in document.devices}
    assert len(leaf_codes(document)) == 40


def test_what_is_true_is_found_and_nothing_else(world: World, document: SiteDocument) -> None:
    """SE-06 in part: low pressure and no water by sensor."""
    lines = [line for line in truth(world, ORIGIN, HORIZON_S) if line.kind not in CAMERA_KINDS]
    last = ORIGIN + (HORIZON_S - SETTLE_S) * 1_000_000
    expected = {(line.kind, line.device) for line in lines if line.expect_case}
    must = {(line.kind, line.device) for line in lines if line.expect_case and line.since < last}
    found = {
        (finding.kind, finding.device)
        for finding in play(world, spots_but_cameras(document))
        if isinstance(finding, Anomaly)
    }
    assert must <= found <= expected
    assert {kind for kind, _ in must} == {
        "smoke_alarm",
        "hydrant_low_pressure",
        "hydrant_no_water",
        "door_forced",
        "device_silent",
    }


def test_every_misuse_of_doors_and_cards_is_found_once_and_nothing_else(
    world: World, document: SiteDocument
) -> None:
    """SE-04: by the campus plan, at the right reader or door; no resident or guard is accused."""
    spots = {
        device: spot
        for device, spot in spots_of(document).items()
        if spot.kind in ("door", "reader")
    }
    lines = [line for line in truth(world, ORIGIN, MISUSE_S) if line.device in spots]
    last = ORIGIN + (MISUSE_S - 60) * 1_000_000
    expected = [(line.kind, line.device, line.since) for line in lines if line.expect_case]
    must = {one for one in expected if one[2] < last}
    found = [
        (finding.kind, finding.device, finding.started)
        for finding in play(world, spots, "campus", MISUSE_S, 1_000_000)
        if isinstance(finding, Anomaly)
    ]
    assert len(found) == len(set(found))
    assert must <= set(found) <= set(expected)
    assert {kind for kind, _, _ in must} == {
        *("door_forced", "door_held_open", "repeated_denials", "impossible_travel"),
        *("passback", "unknown_card", "duress", "card_lockout"),
    }
