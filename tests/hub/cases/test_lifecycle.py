"""The whole way of a case, path by path, as the shipped lifecycle has it."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest

from hub.cases.domain import Above, Action, Doer, Event, Order, Refused, Scene, allowed, fold, step
from hub.cases.merging import absorbed
from hub.cases.news import discover, recover, relapse, relapses
from hub.sites.alarm_list import Told
from tests.hub.cases.test_domain import anomaly, discovered, recovery
from tests.hub.cases.test_machine import HOUR, RULES, limit, reported

NOW = 20_000
LATER = NOW + HOUR
SHORT: tuple[Action, ...] = ("accept", "dispatch", "handle", "verify")


def ask(events: list[Event], action: Action, by: str = "p-9", **fields: Any) -> Any:
    """What somebody's action brings; `scene` holds what the rim looks up."""
    more: dict[str, Any] = {"limit": limit, "now": NOW} | fields.pop("scene", {})
    role = fields.pop("role", "chief")
    fields.setdefault("note", "done")
    return step(fold(events), Order(action=action, **fields), Scene(by=Doer(by, role), **more))


def go(events: list[Event], action: Action, by: str = "p-9", **fields: Any) -> list[Event]:
    """The file after an action that must be possible."""
    brought = ask(events, action, by, **fields)
    assert not isinstance(brought, Refused), brought.message
    return [*events, *brought]


def refused(events: list[Event], action: Action, by: str = "p-9", **fields: Any) -> Refused:
    outcome = ask(events, action, by, **fields)
    assert isinstance(outcome, Refused)
    return outcome


def through(events: list[Event], *actions: Action) -> list[Event]:
    for action in actions:
        events = go(events, action, "p-8" if action == "verify" else "p-9")
    return events


def names(events: list[Event]) -> list[str]:
    return [event.event for event in events]


def triaged(path: str, **fields: Any) -> list[Event]:
    return go(through(discovered(), "accept"), "triage", path=path, **fields)


# Whether it is true.


def test_a_report_counts_when_a_second_role_confirms_it() -> None:
    """HZ-09: neither the reporter nor another of the same role does; emergencies don't wait."""
    events = reported()
    assert fold(events).progress.screening == "needed"
    assert refused(events, "accept", "p-0", role="chief").reason == "not_yours"
    assert refused(events, "accept", "p-5", role="warden").reason == "not_yours"
    confirmed = go(events, "accept", "p-5", role="desk")
    assert names(confirmed)[-2:] == ["screened", "accepted"]
    screened = go(events, "screen", "p-5", role="desk", upheld=True)
    assert (fold(screened).stage, fold(screened).progress.screening) == ("screened", "upheld")
    assert fold(go(screened, "accept", "p-0", role="warden")).stage == "accepted"
    emergency = reported(grade="emergency")
    assert fold(go(emergency, "accept", "p-0", role="warden")).stage == "accepted"
    assert not fold(discovered()).unscreened


def test_a_report_that_is_not_true_ends_with_the_reason() -> None:
    """HZ-09"""
    assert refused(reported(), "screen", role="desk", upheld=False, note="").missing == "note"
    events = go(reported(), "screen", role="desk", upheld=False, note="Nothing there.")
    state = fold(events)
    assert (state.stage, state.progress.screening) == ("closed", "rejected")
    assert refused(events, "archive").message.startswith("Tell first: reporter")


# How grave, and which way.


def test_hazards_are_graded_by_their_remedy() -> None:
    """HZ-02: general, serious and major; a change tells why."""
    events = through(discovered(), "accept")
    assert refused(events, "grade", grade="major", note="").missing == "note"
    graded = go(events, "grade", grade="major", note="A crowd depends on it.")
    assert (graded[-1].data["grade"], fold(graded).grade) == ("major", "major")


def test_general_is_handled_by_the_holder_on_site_and_registered_with_a_picture() -> None:
    """HZ-03, HZ-04"""
    events = triaged("general")
    assert refused(events, "handle").missing == "photos"
    handled = go(events, "handle", photos=("a" * 64,))
    assert (fold(handled).stage, handled[-1].data["photos"]) == ("handled", ["a" * 64])


def test_coordination_asks_for_a_photo_and_acceptance_on_site_then_a_department() -> None:
    """HZ-03, HZ-05: and the result goes back to the person concerned."""
    accepted = through(discovered(), "accept")
    bare = refused(accepted, "triage", path="coordination")
    assert bare.missing == "photos"
    photo = {"photos": ("a" * 64,)}
    assert refused(accepted, "triage", path="coordination", **photo).missing == "on_site"
    events = go(accepted, "triage", path="coordination", on_site=True, **photo)
    assert refused(events, "handle").reason == "out_of_turn"
    assert refused(events, "dispatch").missing == "lead"
    events = through(go(events, "dispatch", lead="water_company"), "handle")
    events = go(go(events, "verify", "p-8"), "close")
    assert "concerned" in refused(events, "archive").message
    told = go(events, "feed_back", audience=("concerned",))
    assert fold(go(told, "archive")).stage == "archived"


def test_an_emergency_tells_all_at_once_and_needs_a_measure_within_its_limit() -> None:
    """HZ-03, CA-10: interim measure recorded with its limit, on-site tracking until it ends."""
    told = (Told("p-1", "holder"), Told("p-2", "upper"), Told("p-3", "neighbour"))
    accepted = through(discovered(), "accept")
    events = go(accepted, "triage", path="emergency", scene={"told": told})
    assert events[-1].event == "alarmed"
    assert [one["person"] for one in events[-1].data["notify"]] == ["p-1", "p-2", "p-3"]
    state = fold(events)
    assert (state.grade, state.assist) == ("emergency", {"p-3"})
    assert state.progress.measure_by == limit("interim_measure", NOW)
    assert refused(events, "measure", note="").missing == "note"
    held = go(events, "measure", until=LATER, note="Hall cleared, two people watch.")
    assert fold(held).progress.measure_by is None
    tracked = go(held, "track", note="Still smouldering.")
    assert fold(tracked).progress.tracked == 1
    done = through(go(tracked, "dispatch"), "handle")
    assert names(done).count("measure_taken") == 1
    closed = go(go(done, "verify", "p-8"), "close")
    assert "track" not in allowed(fold(closed))


def test_an_emergency_is_never_handled_without_a_recorded_measure() -> None:
    """CA-10: what ended it is then the measure."""
    found = msgspec.structs.replace(anomaly(), grade="emergency")
    opened = discover(found, warden="p-1", due_minutes=15, now=NOW, measure_by=NOW + HOUR)
    assert fold(opened).progress.measure_by == NOW + HOUR
    events = through(opened, "accept", "dispatch", "handle")
    assert names(events)[-2:] == ["measure_taken", "handled"]
    assert events[-2].note == "done"


def test_an_approval_waits_for_committee_and_department_and_is_published_at_three_levels() -> None:
    """HZ-06"""
    events = triaged("approval")
    assert refused(events, "dispatch").reason == "out_of_turn"
    early = refused(events, "decide", body="department", agreed=True)
    assert "committee" in early.message
    events = go(events, "decide", body="committee", agreed=True, note="Minutes 12: agreed.")
    events = go(events, "decide", body="department", agreed=True)
    events = through(events, "dispatch", "handle", "verify", "close")
    events = go(events, "feed_back", audience=("public",))
    for level in RULES.levels:
        assert refused(events, "archive").reason == "out_of_turn"
        events = go(events, "publish", level=level)
    assert fold(go(events, "archive")).stage == "archived"


def test_conduct_that_was_stopped_on_the_spot_is_reported_with_its_end() -> None:
    """HZ-19: dissuaded, then reported; another role rechecks and thereby confirms it."""
    events = reported(dissuaded=True)
    assert names(events) == ["discovered", "handled"]
    assert (fold(events).stage, fold(events).progress.dissuaded) == ("handled", True)
    assert refused(events, "verify", "p-0", role="chief").reason == "not_yours"
    verified = go(events, "verify", "p-5", role="desk")
    assert (fold(verified).stage, fold(verified).progress.screening) == ("verified", "upheld")
    later = go(through(discovered(), "accept"), "dissuade", note="Told them; van drove off.")
    assert fold(later).progress.dissuaded


# Who does it, until when.


def test_a_task_names_lead_cooperating_and_implementing_unit_and_a_deadline() -> None:
    """CA-14, CA-07, CA-15: from the route of the category, or as the order says."""
    route = {"lead": "construction", "cooperating": ["water_company"], "tracking": []}
    first = discovered()[0]
    opened = [msgspec.structs.replace(first, data=first.data | {"route": route})]
    routed = go(through(opened, "accept"), "dispatch")
    assert {key: routed[-1].data[key] for key in ("lead", "cooperating", "implementing")} == {
        "lead": "construction", "cooperating": ["water_company"], "implementing": "construction",
    }  # fmt: skip
    named = go(
        through(opened, "accept"), "dispatch", lead="grid_office", cooperating=("police",),
        implementing="Firm B",
    )  # fmt: skip
    progress = fold(named).progress
    assert (progress.lead, progress.cooperating, progress.implementing) == (
        "grid_office", ("police",), "Firm B"
    )  # fmt: skip


def test_an_assignment_without_a_deadline_is_refused() -> None:
    """CA-07: the plan's limit, or one that is said; never later than the case's own."""
    opened = discover(anomaly(), warden="p-1", due_minutes=None, now=NOW)
    events = through(opened, "accept")
    unlimited: dict[str, Any] = {"scene": {"limit": lambda _limit, _start: None}}
    assert refused(events, "dispatch", **unlimited).missing == "due"
    assert refused(events, "dispatch", due=NOW - 1).missing == "due"
    assert go(events, "dispatch")[-1].data["due"] == limit("department", NOW)
    assert fold(go(events, "dispatch", due=LATER, **unlimited)).due == LATER
    beyond = refused(through(discovered(), "accept"), "dispatch", due=LATER * 99)
    assert beyond.missing == "due"


def test_a_case_comes_back_with_a_reason() -> None:
    """CA-01: return"""
    events = through(discovered(), "accept", "dispatch")
    assert refused(events, "return", note="").missing == "note"
    back = fold(go(events, "return", note="Not in my grid."))
    assert (back.stage, back.owner, back.progress.returns) == ("accepted", "p-9", 1)


def test_what_is_beyond_somebody_goes_one_level_up_with_a_reason() -> None:
    """CA-01, CA-08 in part: report up"""
    events = through(discovered(), "accept", "dispatch")
    above = Above("p-chief", "C-1", "C", acknowledge_by=LATER)
    assert refused(events, "escalate", note="", scene={"above": above}).missing == "note"
    assert refused(events, "escalate").reason == "out_of_turn"
    up = go(events, "escalate", note="Needs the water company.", scene={"above": above})
    state = fold(up)
    assert (state.stage, state.owner, state.acknowledge_by) == ("accepted", "p-chief", LATER)
    assert (up[-1].data["from_grid"], up[-1].data["to_grid"]) == ("C-1", "C")


def test_a_transfer_needs_a_receipt_and_the_receivers_result() -> None:
    """CA-11: the receiver closes within its limit and returns the result."""
    events = through(discovered(), "accept")
    assert refused(events, "transfer", receiver="Next town", due=None,
                   scene={"limit": lambda _limit, _start: None}).missing == "due"  # fmt: skip
    out = go(events, "transfer", receiver="Next town", due=LATER)
    assert (fold(out).stage, fold(out).due, fold(out).progress.receiver) == (
        "transferred", LATER, "Next town"
    )  # fmt: skip
    assert refused(out, "handle").reason == "out_of_turn"
    received = go(out, "receive", note="Receipt 7 of their office.")
    result = go(received, "handle", note="Next town: lane cleared.")
    assert fold(result).stage == "handled"
    assert fold(go(out, "return", note="Not theirs.")).stage == "accepted"
    assert fold(result).progress.transfers == 1


def test_what_cannot_be_done_has_a_written_reason_that_the_applicant_is_shown() -> None:
    """CA-23"""
    events = through(reported(screening=False), "accept", "dispatch")
    assert refused(events, "declare_unsolvable", note="").missing == "note"
    events = go(events, "declare_unsolvable", note="Private land: no power to act.")
    assert fold(events).progress.unsolvable == "Private land: no power to act."
    assert refused(events, "close").reason == "out_of_turn"
    told = go(events, "feed_back", audience=("reporter",), note="Letter with the reason.")
    assert refused(told, "close", note="").missing == "note"
    ended = fold(go(told, "close", note="Nothing more to do."))
    assert (ended.stage, ended.progress.outcome) == ("closed", "unsolvable")
    assert fold(go(events, "reopen", note="Law changed.")).stage == "dispatched"


# More time.


def test_an_extension_is_decided_by_somebody_else_than_who_asks() -> None:
    events = through(discovered(), "accept", "dispatch")
    due = fold(events).due or 0
    assert refused(events, "ask_extension", due=due).missing == "due"
    asked = go(events, "ask_extension", "p-1", due=due + HOUR)
    assert refused(asked, "ask_extension", due=due + 2 * HOUR).reason == "out_of_turn"
    assert refused(asked, "extend", "p-1").reason == "not_yours"
    assert refused(asked, "extend", "p-2", due=due + 2 * HOUR).missing == "due"
    given = fold(go(asked, "extend", "p-2"))
    assert (given.due, given.progress.extensions) == (due + HOUR, 1)
    denied = fold(go(asked, "refuse_extension", "p-2"))
    assert (denied.due, denied.progress.extension) == (due, None)


def test_the_time_that_a_case_is_set_aside_does_not_count() -> None:
    """CA-01: suspension (挂账)"""
    events = through(discovered(), "accept", "dispatch")
    due = fold(events).due or 0
    assert refused(events, "suspend", until=None).missing == "until"
    held = go(events, "suspend", until=LATER, note="Waits for spare parts.")
    assert (fold(held).stage, fold(held).open) == ("suspended", True)
    resumed = fold(go(held, "resume", scene={"now": NOW + HOUR}))
    assert (resumed.stage, resumed.due) == ("dispatched", due + HOUR)


def test_a_case_is_split_under_a_coordinator_and_handled_when_all_parts_are() -> None:
    """CA-13"""
    events = through(discovered(), "accept", "dispatch")
    part: dict[str, Any] = {"title": "Dig up the pipe", "lead": "water_company"}
    assert refused(events, "split", **part).missing == "coordinator"
    events = go(events, "split", coordinator="p-7", **part)
    events = go(events, "split", title="Close the lane", to="p-3")
    tasks = fold(events).progress.tasks
    assert [(task.id, task.lead, task.to) for task in tasks] == [
        (1, "water_company", None), (2, None, "p-3")
    ]  # fmt: skip
    assert "1, 2" in refused(events, "handle").message
    events = go(events, "change_task", task=1, change="done")
    events = go(events, "change_task", task=2, change="dropped")
    assert fold(go(events, "handle")).stage == "handled"
    assert refused(events, "change_task", task=9, change="done").missing == "task"


def test_a_duplicate_goes_into_the_other_case_with_its_reporters() -> None:
    """CA-01: merge"""
    main, double = through(discovered(), "accept"), reported(screening=False)
    assert refused(double, "merge", into=5).missing == "into"
    gone = fold(go(double, "merge", into=5, scene={"into": "2026-000005"}))
    assert (gone.stage, gone.progress.outcome, gone.progress.into) == (
        "closed", "merged", "2026-000005"
    )  # fmt: skip
    taken = absorbed(fold(main), "2026-000006", fold(double), by="p-9", now=NOW)
    state = fold([*main, *taken])
    assert state.progress.reporters == {"p-0": "warden"}
    assert "report" in state.breaches


# Proof.


@pytest.mark.parametrize("grade", ["serious", "major"])
def test_serious_and_major_are_rechecked_by_another_than_the_solver(grade: str) -> None:
    """CA-19: and a failed recheck sends it back."""
    events = discovered()
    if grade != "serious":
        events = go(events, "grade", grade=grade)
    events = through(events, "accept", "dispatch", "handle")
    assert refused(events, "verify", "p-9").reason == "not_yours"
    failed = go(events, "fail_recheck", "p-8", note="Valve still shut.")
    assert (fold(failed).stage, fold(failed).progress.reworks) == ("dispatched", 1)
    assert fold(go(events, "verify", "p-8")).stage == "verified"
    without = Doer("p-8", "warden", frozenset(("cases.act",)))
    scene = Scene(by=without, now=NOW)
    outcome = step(fold(events), Order(action="verify", note="Looks well."), scene)
    assert isinstance(outcome, Refused)
    assert outcome.reason == "not_yours"


def test_a_general_hazard_may_be_rechecked_by_its_solver() -> None:
    events = go(discovered(), "grade", grade="general")
    events = through(events, "accept", "dispatch", "handle")
    assert fold(go(events, "verify", "p-9")).stage == "verified"


def test_a_sensors_case_closes_when_the_sensor_is_good_or_by_a_right_holder_with_a_reason() -> None:
    """CA-19: closing is proven."""
    events = through(discovered(), *SHORT)
    assert refused(events, "close", note="").missing == "note"
    holder = Scene(by=Doer("p-9", "warden", frozenset(("cases.act",))), now=NOW)
    denied = step(fold(events), Order(action="close", note="Trust me."), holder)
    assert isinstance(denied, Refused)
    assert denied.reason == "not_yours"
    closed = go(events, "close", note="Gauge is broken; checked by hand.")
    assert "proven" not in closed[-1].data
    good = [*events, *recover(fold(events), recovery(), now=NOW)]
    proved = step(fold(good), Order(action="close"), holder)
    assert isinstance(proved, list)
    assert proved[-1].data["proven"] is True


def test_a_danger_that_shows_again_within_the_rules_window_opens_its_case_again() -> None:
    """CA-19: relapse"""
    closed = through(discovered(), *SHORT, "close")
    state = fold(closed)
    soon, late = NOW + 59 * 60_000_000, NOW + 61 * 60_000_000
    assert relapses(state, soon, 60)
    assert not relapses(state, late, 60)
    assert not relapses(state, soon, 0)
    assert not relapses(fold(go(closed, "archive")), soon, 60)
    back = relapse(state, anomaly(started=soon), now=soon, due_minutes=30)
    again = fold([*closed, *back])
    assert (again.stage, again.recovered, again.due) == (
        "dispatched", False, soon + 30 * 60_000_000
    )  # fmt: skip
    assert (again.progress.reopenings, again.progress.outcome) == (1, None)


# Afterwards.


def test_the_result_is_fed_back_before_the_archive() -> None:
    """CA-20: to the reporter; to the lower grid where it came from below."""
    above = Above("p-chief", "C-1", "C")
    events = go(through(reported(screening=False), "accept"), "escalate", scene={"above": above})
    events = through(events, "dispatch", "handle", "verify", "close")
    assert "reporter, lower_grid" in refused(events, "archive").message
    assert refused(events, "feed_back", audience=()).missing == "audience"
    events = go(events, "feed_back", audience=("reporter", "lower_grid"))
    events = go(events, "revisit", satisfied=True)
    assert fold(go(events, "archive")).stage == "archived"


def test_a_revisit_is_due_and_dissatisfaction_opens_the_case_again() -> None:
    """CA-21: what was reported is visited again; 7 days by the plan's limit."""
    events = through(reported(screening=False), *SHORT, "close")
    assert fold(events).progress.revisit_by == limit("revisit", NOW)
    told = go(events, "feed_back", audience=("reporter",))
    assert "revisit" in refused(told, "archive").message
    assert refused(told, "revisit", satisfied=False, note="").missing == "note"
    again = go(told, "revisit", satisfied=False, note="Water still runs.")
    assert names(again)[-2:] == ["revisited", "reopened"]
    state = fold(again)
    assert (state.stage, state.progress.satisfied, state.due) == (
        "dispatched", False, limit("department", NOW)
    )  # fmt: skip
    happy = go(told, "revisit", satisfied=True)
    assert (fold(happy).stage, fold(happy).progress.satisfied) == ("revisited", True)
    rated = go(happy, "rate", rating=5)
    assert fold(go(rated, "archive")).progress.rating == 5


def test_what_is_reopened_after_a_revisit_is_visited_again() -> None:
    """CA-21"""
    events = through(reported(screening=False), *SHORT, "close")
    events = go(events, "feed_back", audience=("reporter",))
    events = go(events, "revisit", satisfied=False, note="Still runs.")
    events = through(events, "handle", "verify", "close")
    assert "revisit" in allowed(fold(events))
    assert refused(events, "archive").reason == "out_of_turn"
