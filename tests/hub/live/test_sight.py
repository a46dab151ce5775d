"""What is live is told to those whose grids it lies in, and to nobody else."""

from __future__ import annotations

from collections.abc import Iterator

import psycopg
import pytest

from edge.columns import Reading
from hub.live.broadcast import Item, Message, listed
from hub.rights.domain import EVERYWHERE, Actor
from ingest import clock
from tests.hub.live.sse import events
from tests.hub.make import (
    PERSON,
    RunningHub,
    anomaly,
    client_of,
    commit_readings,
    load,
    raise_case,
    running_hub,
)

WEST, EAST = {PERSON: "p-west"}, {PERSON: "p-east"}


@pytest.fixture(scope="module")
def hub(module_database_url: str) -> Iterator[RunningHub]:
    load(module_database_url)
    with running_hub(module_database_url) as running:
        yield running


def ids(hub: RunningHub, path: str, headers: dict[str, str], key: str = "id") -> list[str]:
    answer = hub.client.get(path, headers=headers)
    assert answer.status_code == 200, answer.text
    found = answer.json()
    return [one[key] for one in (found if isinstance(found, list) else found["items"])]


def test_lists_of_devices_are_cut_to_ones_grids(hub: RunningHub) -> None:
    """GR-23 in part: a warden is told of the devices of the own grid only."""
    assert "hydrant-08" not in ids(hub, "/api/devices", WEST)
    assert "hydrant-07" in ids(hub, "/api/devices", WEST)
    assert ids(hub, "/api/devices", EAST) == ["hydrant-08"]
    assert len(ids(hub, "/api/devices", {PERSON: "p-chief"})) == 4
    assert ids(hub, "/api/devices?registered=false", WEST) == []
    assert ids(hub, "/api/agents", EAST, "name") == []  # it stands in the west


@pytest.mark.parametrize(
    "path",
    [
        "/api/devices/hydrant-07/series?quantity=pressure&from={0}&to={0}",
        "/api/devices/hydrant-07/gaps?from={0}&to={0}",
        "/api/snapshots/camera-01/5.jpg",
        "/api/agents/agent-1/gaps",
    ],
)
def test_what_lies_elsewhere_is_not_there(hub: RunningHub, path: str) -> None:
    """GR-23 in part: nothing of another grid can be asked for by its name."""
    path = path.format("2026-11-01T00:00:00Z")
    answer = hub.client.get(path, headers=EAST)
    assert answer.status_code == 404
    assert answer.json()["type"].endswith("not-there")
    inside = hub.client.get(path, headers=WEST)
    assert inside.status_code == 200 or not inside.json()["type"].endswith("not-there")


def test_the_site_is_ones_own_part_with_the_names_above(hub: RunningHub) -> None:
    """GR-23 in part: of the grids above only name, outline and holders; of those beside nothing."""
    mine = hub.client.get("/api/site", headers=EAST).json()
    assert [one["code"] for one in mine["grids"]] == ["C", "C-2"]
    assert [one["id"] for one in mine["places"]] == ["east-spot"]
    assert {one["id"] for one in mine["people"]} == {"p-chief", "p-east"}
    assert "west" not in hub.client.get("/api/site", headers=EAST).text.lower()


def test_a_stream_brings_what_one_may_see(hub: RunningHub) -> None:
    """GR-23 in part: cases and devices of other grids are in no stream, nor when it resumes."""
    with client_of(hub.database_url, hub.url) as client:
        raise_case(hub.database_url, anomaly("hydrant-07"))
        with client.stream("GET", "/api/stream", headers=EAST, params={"after": 0}) as response:
            stream = events(response)
            assert next(stream).event == "beat"
            commit_readings(
                hub.database_url,
                *(
                    Reading(one, "pressure", clock.now(), 0.3)
                    for one in ("hydrant-07", "hydrant-08")
                ),
            )
            raise_case(hub.database_url, anomaly("hydrant-08"))
            case, devices = None, None
            while case is None or devices is None:
                sent = next(stream)
                assert "hydrant-07" not in str(sent.data)
                case = sent.data if sent.event == "case" else case
                devices = sent.data if sent.event == "devices" else devices
        assert case["device"] == "hydrant-08"
        assert [one["id"] for one in devices] == ["hydrant-08"]


def test_a_stream_ends_soon_after_its_token_was_revoked(hub: RunningHub) -> None:
    with (
        client_of(hub.database_url, hub.url) as client,
        client.stream("GET", "/api/stream", headers=WEST) as response,
        psycopg.connect(hub.database_url, autocommit=True) as conn,
    ):
        stream = events(response)
        next(stream)
        begun = clock.now()
        conn.execute(
            "update hub.tokens set revoked = now() from hub.accounts a"
            " where a.id = account and a.person = 'p-west'"
        )
        for _ in stream:
            pass
        assert clock.now() - begun < 3_000_000


def test_lists_are_cut_item_by_item_and_nothing_is_sent_of_nothing() -> None:
    message = listed("devices", "devices.read", [Item(("C", "C-1"), '"a"'), Item((), '"b"')])
    assert message.cut_for(_actor("C-1")) == '["a"]'
    assert message.cut_for(_actor("C-2")) is None
    assert message.cut_for(_actor(None)) == message.data == '["a","b"]'
    case = Message("case", "1", 7, "cases.read", ("C", "C-1"), frozenset({"me"}))
    assert case.cut_for(_actor("C-2")) == "1"  # it waits for them
    assert Message("beat", "{}").cut_for(_actor("C-2")) == "{}"


def _actor(grid: str | None) -> Actor:
    reach = EVERYWHERE if grid is None else frozenset((grid,))
    return Actor(1, "me", "me", {"devices.read": reach, "cases.read": reach})
