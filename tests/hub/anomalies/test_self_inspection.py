"""Self-inspections of units: from MQTT, by way of a real worker, to a case of the unit's warden."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest

from edge.columns import Reading
from edge.wire import device_topic
from gridwarden.embedded.broker import EmbeddedBroker
from hub.plans.read import shipped_plan
from hub.sites.check import check
from hub.sites.domain import Device, Place, SiteDocument, Unit
from hub.sites.store import load_site
from ingest.clock import now
from tests.hub.make import SITE, RunningHub, in_transaction, name, running_hub
from tests.ingest.agent import Agent
from tests.ingest.make import AGENT, batch
from tests.ingest.make import SITE as WIRE_SITE
from tests.ingest.test_worker import worker_thread
from tests.waiting import wait_until

DAY_S = 86_400
KIND = "self_inspection_failed"


def with_units() -> SiteDocument:
    """The small site with a shop and a school that inspect themselves every day."""
    units = [
        Unit("shop", name("Corner shop"), "shop", (30, 30)),
        Unit("school", name("School"), "school", (130, 30)),
    ]
    places = [Place(f"at-{unit.id}", unit.name, "unit", None, None, unit.at) for unit in units]
    devices = [
        Device(f"check-{unit.id}", "self_inspection", f"at-{unit.id}", unit.at, AGENT, DAY_S)
        for unit in units
    ]
    return msgspec.structs.replace(
        SITE, units=units, places=[*SITE.places, *places], devices=[*SITE.devices, *devices]
    )


def cases(hub: RunningHub) -> dict[str, dict[str, Any]]:
    return {case["device"]: case for case in hub.get("/api/cases")["items"]}


@pytest.fixture
def site_with_units_url(database_url: str) -> str:
    document = with_units()
    assert check(document) == []
    in_transaction(database_url, lambda conn: load_site(conn, document))
    return database_url


def test_failed_items_become_cases_whether_a_unit_or_an_agent_publishes_them(
    site_with_units_url: str, make_broker: Any
) -> None:
    """SE-25: unit self-inspection results come in through the same interface as agents."""
    broker: EmbeddedBroker = make_broker()
    url = site_with_units_url
    with (
        worker_thread(url, broker.url),
        Agent(broker.url, AGENT) as agent,
        running_hub(url, plan=shipped_plan("campus")) as hub,
    ):
        at = now() - 2_000_000
        agent.publish(device_topic(WIRE_SITE, "check-shop", "check_exits"), b'{"value": 1}')
        agent.publish(device_topic(WIRE_SITE, "check-shop", "check_gas"), b'{"value": 0}')
        inspected = [
            Reading("check-school", "check_exits", at, 0),
            Reading("check-school", "check_extinguishers", at, 1),
            Reading("check-school", "check_electricity", at, 0),
        ]
        agent.send_until_acknowledged([batch(1, inspected)])
        wait_until(lambda: set(cases(hub)) == {"check-shop", "check-school"})
        shop, school = cases(hub)["check-shop"], cases(hub)["check-school"]
        assert (shop["kind"], shop["grade"], shop["grid"]) == (
            KIND,
            "general",
            "C-1",
        )
        assert (shop["owner"]["id"], school["owner"]["id"]) == ("p-west", "p-east")
        wait_until(lambda: len(hub.get(f"/api/cases/{school['id']}")["anomalies"]) == 2)
        found = hub.get(f"/api/cases/{school['id']}")
        assert {one["rule"] for one in found["anomalies"]} == {
            "self_inspection_exits",
            "self_inspection_electricity",
        }
        assert found["case"]["grade"] == "serious"

        mended = [
            Reading("check-school", "check_exits", at + 1_000_000, 1),
            Reading("check-school", "check_electricity", at + 1_000_000, 1),
        ]
        agent.send_until_acknowledged([batch(2, mended)])
        wait_until(lambda: cases(hub)["check-school"]["recovered"])
        assert not cases(hub)["check-shop"]["recovered"]
        devices = {one["id"]: one for one in hub.get("/api/devices")}
        assert devices["check-school"]["stale_after_s"] == 3 * DAY_S
        assert {
            reading["quantity"]: reading["value"] for reading in devices["check-shop"]["latest"]
        } == {
            "check_exits": 1,
            "check_gas": 0,
        }
