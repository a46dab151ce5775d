"""The look on site that a remote detection asks for (SE-23)."""

from __future__ import annotations

from typing import Any

import pytest
from psycopg import AsyncConnection

from hub.cases.domain import (
    CaseState,
    Doer,
    Event,
    Order,
    Refused,
    Scene,
    allowed,
    fold,
    step,
)
from hub.cases.intake import take_up
from hub.cases.news import discover, recur
from hub.plans.read import shipped_plan
from ingest import clock
from tests.hub.make import SPOT, RunningHub, anomaly, in_transaction

MINUTE = 60_000_000
DISMISS = Order(action="dismiss")


def opened(look_minutes: int | None = 240) -> list[Event]:
    return discover(
        anomaly(started=1_000), warden="p", due_minutes=30, now=10, look_minutes=look_minutes
    )


def look(state: CaseState, found: Any, note: str = "", photos: Any = ()) -> list[Event] | Refused:
    return step(
        state,
        Order(action="look", note=note, found=found, photos=photos),
        Scene(by=Doer("p"), now=20),
    )


def test_a_remote_detection_asks_for_a_look_within_its_limit() -> None:
    """SE-23"""
    state = fold(opened())
    assert (state.look, state.look_by) == ("asked", 10 + 240 * MINUTE)
    assert allowed(state)[0] == "accept"
    assert "look" in allowed(state)
    assert "look" not in allowed(fold(opened(None)))


def test_an_emergency_waits_for_no_look() -> None:
    """SE-23: only what is not an emergency."""
    verification = shipped_plan("campus").verification
    assert verification.minutes("emergency") is None
    assert verification.minutes("serious") == 240


def test_who_looked_has_accepted_and_a_confirmed_hazard_goes_its_way() -> None:
    """SE-23 in part"""
    outcome = look(fold(opened()), "confirmed")
    assert isinstance(outcome, list)
    assert [event.event for event in outcome] == ["accepted", "looked"]
    state = fold([*opened(), *outcome])
    assert (state.stage, state.look, state.look_by) == ("accepted", "confirmed", None)
    assert "dismiss" not in allowed(state)


def test_nothing_found_needs_words_or_a_photo_and_may_then_be_dismissed() -> None:
    """SE-23: not found closes the case as false, with that record."""
    state = fold(opened())
    refused = look(state, "not_found")
    assert isinstance(refused, Refused)
    assert refused.missing == "note"
    assert isinstance(look(state, None), Refused)
    assert isinstance(step(state, DISMISS, Scene(by=Doer("p"), now=20)), Refused)
    outcome = look(state, "not_found", photos=("a" * 64,))
    assert isinstance(outcome, list)
    state = fold([*opened(), *outcome])
    dismissed = step(state, DISMISS, Scene(by=Doer("p"), now=30))
    assert isinstance(dismissed, list)
    assert not fold([*opened(), *outcome, *dismissed]).open


def test_danger_that_shows_again_takes_the_outcome_back() -> None:
    """SE-23 in part"""
    outcome = look(fold(opened()), "not_found", "dry and quiet")
    assert isinstance(outcome, list)
    log = [*opened(), *outcome]
    again = fold([*log, *recur(fold(log), anomaly(started=9_000), now=40)])
    assert again.look == "asked"
    assert "dismiss" not in allowed(again)


def test_over_the_api_the_outcome_stays_in_the_file(hub: RunningHub) -> None:
    """SE-23"""

    def take(conn: AsyncConnection[Any]) -> Any:
        return take_up(conn, anomaly(), SPOT, clock.now(), due_minutes=30, look_minutes=240)

    in_transaction(hub.database_url, take)
    (case,) = hub.get("/api/cases")["items"]
    assert (case["look"], case["look_by"] is not None) == ("asked", True)
    photo = hub.client.post("/api/photos", content=b"\xff\xd8\xff\xe0 dry").json()
    assert hub.step(case["id"], "look").status_code == 422
    unsent = hub.step(case["id"], "look", found="not_found", photos=["0" * 64])
    assert unsent.status_code == 422
    looked = hub.step(case["id"], "look", found="not_found", photos=[photo["hash"]])
    assert looked.status_code == 200, looked.text
    assert looked.json()["evidence"]["photos"] == [photo["path"]]
    assert "dismiss" in looked.json()["actions"]
    closed = hub.step(case["id"], "dismiss", "False alarm.").json()
    assert closed["case"]["state"] == "closed"
    assert [entry["event"] for entry in closed["log"]] == [
        "discovered",
        "accepted",
        "looked",
        "dismissed",
    ]


@pytest.mark.parametrize("name", ["campus", "demo"])
def test_the_shipped_plans_say_within_what_time(name: str) -> None:
    assert shipped_plan(name).verification.source
