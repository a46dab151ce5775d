"""Neighbours are told of an emergency, and say that they come."""

from __future__ import annotations

from typing import Any

import psycopg
import pytest

from hub.cases.domain import (
    CaseState,
    Doer,
    Event,
    Order,
    Refused,
    Scene,
    evolve,
    fold,
    step,
)
from hub.cases.intake import take_up
from hub.cases.news import discover
from hub.sites.alarm_list import Told
from ingest import clock
from tests.hub.make import SPOT, RunningHub, anomaly, in_transaction

NEIGHBOURS = (Told("p-west", "holder"), Told("p-chief", "upper"), Told("p-east", "neighbour"))
NOW = 1_000_000


def emergency(**changes: Any) -> CaseState:
    found = anomaly(grade="emergency", **changes)
    return fold(discover(found, warden="p-west", due_minutes=15, now=NOW, notify=NEIGHBOURS))


def come(state: CaseState, actor: str) -> list[Event] | Refused:
    return step(
        state, Order(action="come", note="with two people"), Scene(by=Doer(actor), now=NOW + 1)
    )


def test_neighbours_and_nobody_else_are_asked_to_help() -> None:
    """GR-21 in part: who is told so that they assist."""
    assert emergency().assist == {"p-east"}


def test_a_neighbour_says_once_that_help_comes() -> None:
    """GR-21 in part: they acknowledge with an entry of the log."""
    state = emergency()
    events = come(state, "p-east")
    assert isinstance(events, list)
    (event,) = events
    assert (event.event, event.actor, event.note) == ("coming", "p-east", "with two people")
    after = evolve(state, event)
    assert after.coming == {"p-east"}
    assert after.stage == "discovered"
    assert come(after, "p-east") == []


@pytest.mark.parametrize("actor", ["p-west", "p-chief", "p-nobody"])
def test_who_was_not_told_as_a_neighbour_does_not_come(actor: str) -> None:
    assert isinstance(come(emergency(), actor), Refused)


def raise_with(hub: RunningHub, *, supersedes: list[Any] | None = None, **changes: Any) -> None:
    found = anomaly(grade="emergency", supersedes=tuple(supersedes or ()), **changes)
    in_transaction(
        hub.database_url,
        lambda conn: take_up(conn, found, SPOT, clock.now(), due_minutes=15, notify=NEIGHBOURS),
    )


def test_the_case_lists_who_assists_and_who_comes(hub: RunningHub) -> None:
    """GR-21 in part: the file says who was told and when, and who comes."""
    raise_with(hub)
    (case,) = hub.get("/api/cases")["items"]
    assert (case["assist"], case["coming"]) == (["p-east"], [])
    assert hub.step(1, "come", person="p-west").status_code == 403
    answer = hub.step(1, "come", person="p-east")
    assert answer.status_code == 200, answer.text
    assert answer.json()["case"]["coming"] == ["p-east"]
    assert answer.json()["log"][-1]["event"] == "coming"
    again = hub.step(1, "come", person="p-east").json()
    assert [entry["event"] for entry in again["log"]] == ["discovered", "coming"]


def test_a_case_that_becomes_an_emergency_tells_the_neighbours_then(hub: RunningHub) -> None:
    """GR-21 in part: also an emergency that was none at first."""
    milder = anomaly()
    in_transaction(
        hub.database_url, lambda conn: take_up(conn, milder, SPOT, clock.now(), due_minutes=60)
    )
    assert hub.get("/api/cases")["items"][0]["assist"] == []
    raise_with(hub, kind="hydrant_burst", rule="burst", supersedes=[milder.kind])
    file = hub.get("/api/cases/1")
    assert [entry["event"] for entry in file["log"]] == ["discovered", "worsened", "alarmed"]
    assert file["log"][-1]["data"]["why"] == "worsened"
    assert file["case"]["assist"] == ["p-east"]


def test_an_answer_kept_by_an_earlier_version_is_repeated(hub: RunningHub) -> None:
    raise_with(hub)
    first = hub.step(1, "accept", key="once").json()
    with psycopg.connect(hub.database_url) as conn:
        conn.execute(
            "update hub.replies set reply = (reply - 'pictures')"
            " || jsonb_build_object('case', (reply -> 'case') - 'assist' - 'coming')"
        )
    again = hub.step(1, "accept", key="once")
    assert again.status_code == 200, again.text
    assert again.json()["case"]["number"] == first["case"]["number"]
