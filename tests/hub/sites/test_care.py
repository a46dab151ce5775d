"""Who owns and who repairs what: checked, kept, and asked for where it is missing."""

from __future__ import annotations

import asyncio
from typing import Any

import msgspec
import pytest
from psycopg import AsyncConnection

from hub.sites.care import registered_agents, uncared
from hub.sites.check import check
from hub.sites.domain import AGENT, Agent, Body, Care, Name, SiteDocument, agent_spots
from hub.sites.store import load_site, read_site, spots

NAME = Name("Estates", "后勤")


@pytest.fixture
def cared(document: SiteDocument) -> SiteDocument:
    """The small site: everything owned by the estates office, smoke repaired by a service."""
    devices = [msgspec.structs.replace(device, owner="estates") for device in document.devices]
    return msgspec.structs.replace(
        document,
        devices=devices,
        bodies=[Body("estates", NAME, "010-0000-1001"), Body("service", NAME)],
        care={
            "smoke": Care(repair="service"),
            "hydrant": Care("estates", "estates"),
            AGENT: Care("estates", "service"),
        },
        agents=[Agent("edge-1", "spot-1")],
    )


def test_what_is_named_must_be_there(cared: SiteDocument) -> None:
    """SE-01: owner and repair owner are bodies of the site."""
    assert check(cared) == []
    (smoke,) = [device for device in cared.devices if device.id == "smoke-1"]
    wrong: dict[str, Any] = {
        "devices": [msgspec.structs.replace(smoke, owner="estate")],
        "care": cared.care | {"smok": Care("nobody")},
        "agents": [Agent("edge-1", "spot-9"), Agent("edge-2", repair="servic")],
    }
    assert [problem.text for problem in check(msgspec.structs.replace(cared, **wrong))] == [
        "care is for unknown kind smok; did you mean smoke?",
        "kind smok is owned by nobody, which is not among the bodies",
        "device smoke-1 is owned by estate, which is not among the bodies; did you mean estates?",
        "agent edge-1 stands at unknown place spot-9",
        "agent edge-2 is repaired by servic, which is not among the bodies; did you mean service?",
    ]


def test_kinds_without_an_owner_or_repairer_are_named_and_not_refused(
    document: SiteDocument, cared: SiteDocument
) -> None:
    assert list(uncared(cared)) == []
    assert check(document) == []
    bare = msgspec.structs.replace(document, care={"smoke": Care("estates")})
    lacking = [("owner", "owner", kind) for kind in (AGENT, "hydrant")]
    lacking += [("repairer", "repair", kind) for kind in (AGENT, "hydrant", "smoke")]
    assert [warning.text for warning in uncared(bare)] == [
        f"no {word} is named for 1 of kind {kind}: give `{field}` in care.{kind}, or for each"
        for word, field, kind in lacking
    ]


def test_a_loaded_site_keeps_bodies_care_and_agents(database_url: str, cared: SiteDocument) -> None:
    """SE-01: and a device's own word goes before its kind's."""

    async def run() -> None:
        async with await AsyncConnection[Any].connect(database_url, autocommit=True) as conn:
            await load_site(conn, cared)
            again = await read_site(conn)
            assert again is not None
            kept = (again.bodies, again.care, again.agents, again.devices)
            assert kept == (cared.bodies, cared.care, cared.agents, cared.devices)
            found = await spots(conn)
            assert (found["smoke-1"].owner, found["smoke-1"].repair) == ("estates", "service")
            assert found["edge-1"].kind == AGENT
            assert (found["edge-1"].grid, found["edge-1"].warden) == ("C-1-01", "p-warden")
            assert agent_spots(found)["edge-1"] == found["edge-1"]
            agent = registered_agents(cared, found)["edge-1"]
            assert (agent.owner, agent.repair, agent.report_s) == ("estates", "service", 60)
            await load_site(
                conn,
                msgspec.structs.replace(
                    again,
                    bodies=[],
                    care={},
                    agents=[],
                    devices=[msgspec.structs.replace(d, owner=None) for d in again.devices],
                ),
            )
            bare = await read_site(conn)
            assert bare is not None
            assert (bare.bodies, bare.care, bare.agents) == ([], {}, [])

    asyncio.run(run())
