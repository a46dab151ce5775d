"""Gaps over HTTP, on a real database that ingest's own writer has filled."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

import pytest

from edge.columns import Reading
from edge.wire import Detection, DeviceState, Held, Micros
from hub.gaps.store import EPOCHS
from ingest import clock
from tests.hub.gaps.conftest import EPOCH, SECOND, Sender
from tests.hub.make import RunningHub

Params = Callable[[Micros, float], dict[str, str]]
DEVICES = ("camera-01", "hydrant-07", "hydrant-08", "reader-01")


@pytest.fixture
def start(sender: Sender) -> Micros:
    """Ten minutes ago, to the second; everything was registered then."""
    moment = clock.now() // SECOND * SECOND - 600 * SECOND
    for device in DEVICES:
        sender.register_since(device, moment)
    return moment


def reading(device: str, at: Micros) -> Reading:
    return Reading(device, "pressure", at, 0.3)


def seconds(start: Micros, moment: str) -> float:
    return (clock.micros(datetime.fromisoformat(moment)) - start) / SECOND


def test_a_device_tells_its_gaps(
    hub: RunningHub, sender: Sender, start: Micros, span: Params
) -> None:
    heard = [*range(0, 101, 5), *range(160, 301, 5)]
    sender.send(1, *(reading("hydrant-07", start + at * SECOND) for at in heard))
    found = hub.get("/api/devices/hydrant-07/gaps", **span(start, 300))
    assert (found["device"], found["report_s"]) == ("hydrant-07", 5)
    (gap,) = found["items"]
    assert (seconds(start, gap["from"]), seconds(start, gap["to"])) == (100, 160)
    assert (gap["missed"], gap["open"]) == (11, False)


def test_a_gap_that_lasts_ends_now(
    hub: RunningHub, sender: Sender, start: Micros, span: Params
) -> None:
    sender.send(1, *(reading("hydrant-07", start + at * SECOND) for at in range(0, 101, 5)))
    (gap,) = hub.get("/api/devices/hydrant-07/gaps", **span(start, 3600))["items"]
    assert gap["open"]
    assert seconds(start, gap["from"]) == 100
    assert 600 <= seconds(start, gap["to"]) < 700


def test_every_kind_of_sign_counts_but_not_the_word_that_it_is_gone(
    hub: RunningHub, sender: Sender, start: Micros, span: Params
) -> None:
    """Readings of two quantities, detections and states together keep a camera's promise."""
    at = [start + second * SECOND for second in range(0, 121, 10)]
    sender.send(
        1,
        *(Reading("camera-01", name, at[n], 0.5) for n, name in ((0, "luminance"), (1, "rate"))),
        detections=(Detection("camera-01", at[2], "fire", "", 0.9),),
        states=(
            DeviceState("camera-01", at[3], "online"),
            DeviceState("camera-01", at[4], "offline"),
            DeviceState("camera-01", at[6], "fault"),
        ),
    )
    found = hub.get("/api/devices/camera-01/gaps", **span(start, 60))["items"]
    assert [(seconds(start, gap["from"]), seconds(start, gap["to"])) for gap in found] == [(30, 60)]


def test_a_reader_owes_nothing(hub: RunningHub, start: Micros, span: Params) -> None:
    found = hub.get("/api/devices/reader-01/gaps", **span(start, 600))
    assert found == {"device": "reader-01", "report_s": None, "items": []}


def test_gaps_of_all_devices_come_in_pages(
    hub: RunningHub, sender: Sender, start: Micros, span: Params
) -> None:
    sender.send(1, *(reading("hydrant-07", start + at * SECOND) for at in (0, 100, 200, 220)))
    asked = span(start, 210)
    whole = hub.get("/api/gaps", **asked)
    assert whole["next"] is None
    assert [item["device"] for item in whole["items"]] == [
        "camera-01",
        "hydrant-07",
        "hydrant-07",
        "hydrant-07",
        "hydrant-08",
    ]
    assert {item["agent"] for item in whole["items"]} == {"agent-1"}
    items, after = [], ""
    while after is not None:
        page = hub.get("/api/gaps", limit=1, after=after, **asked)
        items += page["items"]
        after = page["next"]
    assert items == whole["items"]
    long = hub.get("/api/gaps", min_s=150, **asked)["items"]
    assert [item["device"] for item in long] == ["camera-01", "hydrant-08"]


def test_a_sequence_with_holes_says_what_has_become_of_them(
    hub: RunningHub, sender: Sender
) -> None:
    past = clock.now() - 60 * SECOND
    for seq in (1, 2, 5, 9):
        sender.send(seq, reading("hydrant-07", past + seq), received=past)
    sender.send(1, reading("hydrant-07", past), epoch=7, received=past)
    sender.send(3, reading("hydrant-07", past), epoch=7, received=past)
    sender.report(spooled_batches=2, evicted=40)
    found = hub.get("/api/agents/agent-1/gaps")
    assert (found["missing"], found["waiting"], found["evicted"], found["lost"]) == (6, 2, 3, 1)
    assert (found["spooled_batches"], found["evicted_items"]) == (2, 40)
    old, current = found["epochs"]
    assert (old["epoch"], old["current"], old["lost"]) == ("7", False, 1)
    assert (current["epoch"], current["first"], current["last"]) == (str(EPOCH), 1, 9)
    assert current["newest"] == [{"first": 3, "last": 4}, {"first": 6, "last": 8}]
    (near,) = hub.get("/api/agents/agent-1/gaps", back=3)["epochs"]
    assert (near["first"], near["last"], near["missing"]) == (7, 9, 2)
    both = hub.get("/api/agents/agent-1/gaps", back=11)["epochs"]
    assert [(one["first"], one["last"]) for one in both] == [(2, 3), (1, 9)]
    for seq in (3, 4, 6, 7, 8):
        sender.send(seq, reading("hydrant-07", past + seq))
    found = hub.get("/api/agents/agent-1/gaps")
    assert [one["epoch"] for one in found["epochs"]] == ["7"]


def test_what_waits_of_each_start_of_an_agent_is_told_apart_from_what_was_lost(
    hub: RunningHub, sender: Sender
) -> None:
    past = clock.now() - 60 * SECOND
    for number, epoch in enumerate((900, 7, EPOCH)):
        for seq in (1, 5):
            at = past + number * SECOND
            sender.send(seq, reading("hydrant-07", at + seq), epoch=epoch, received=at)
    held = [Held(7, waiting=1, evicted=1), Held(EPOCH, waiting=3)]
    sender.report(spooled_batches=4, evicted=40, held=held)
    found = hub.get("/api/agents/agent-1/gaps")
    assert (found["missing"], found["waiting"], found["evicted"], found["lost"]) == (9, 4, 1, 4)
    fates = [(one["waiting"], one["evicted"], one["lost"]) for one in found["epochs"]]
    assert fates == [(0, 0, 3), (1, 1, 1), (3, 0, 0)]
    assert [one["epoch"] for one in found["epochs"]] == ["900", "7", str(EPOCH)]
    assert [one["current"] for one in found["epochs"]] == [False, False, True]


def test_only_the_newest_starts_of_an_agent_are_looked_at(hub: RunningHub, sender: Sender) -> None:
    past = clock.now() - 600 * SECOND
    for number in range(EPOCHS + 5):
        at = past + number * SECOND
        sender.send(2, reading("hydrant-07", at), epoch=10_000 - number, received=at)
    sender.report()
    found = hub.get("/api/agents/agent-1/gaps")
    assert found["missing"] == EPOCHS
    assert found["epochs"][0]["epoch"] == str(10_000 - 5)


def test_what_was_overtaken_a_moment_ago_is_not_missing(hub: RunningHub, sender: Sender) -> None:
    sender.send(1, reading("hydrant-07", clock.now()))
    sender.send(3, reading("hydrant-07", clock.now()))
    sender.report()
    assert hub.get("/api/agents/agent-1/gaps")["missing"] == 0


@pytest.mark.parametrize(
    ("path", "change", "status", "says"),
    [
        ("/api/devices/hydrant-99/gaps", {}, 404, "hydrant-99"),
        ("/api/devices/hydrant-07/gaps", {"to": "2020-01-01T00:00:00Z"}, 422, "7 days at most"),
        ("/api/gaps", {"from": "2025-01-01T00:00:00Z"}, 422, "7 days at most"),
        ("/api/gaps", {"from": "yesterday"}, 422, "query.from"),
        ("/api/gaps", {"to": "2999-01-01T00:00:00Z"}, 422, "2200"),
        ("/api/gaps", {"limit": "0"}, 422, "query.limit"),
        ("/api/agents/nobody/gaps", {}, 404, "nobody"),
        ("/api/agents/nobody/gaps", {"back": "9999999"}, 422, "query.back"),
    ],
)
def test_what_is_asked_wrongly_is_refused_with_the_reason(
    hub: RunningHub, span: Params, path: str, change: dict[str, str], status: int, says: str
) -> None:
    answer = hub.client.get(path, params=span(clock.now(), 60) | change)
    assert answer.status_code == status, answer.text
    assert answer.headers["content-type"] == "application/problem+json"
    assert says in answer.json()["detail"]
