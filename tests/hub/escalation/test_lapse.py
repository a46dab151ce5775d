"""What happens in a case when something runs out: scripts of events and what they bring."""

from __future__ import annotations

import pytest

from hub.cases.domain import Event, fold
from hub.escalation.watch import watched
from hub.roster.domain import Leave
from tests.hub.escalation.make import (
    DAY,
    HOUR,
    MINUTE,
    OPENED,
    SECOND,
    all_timers,
    around,
    at,
    drawn,
    event,
    lapsed,
    opened,
    replaced,
    run,
    words,
)

TAKEN = event("accepted", OPENED + MINUTE)


def told(one: Event) -> dict[str, str]:
    return {entry["person"]: entry["as"] for entry in one.data["notify"]}


def test_a_report_that_nobody_accepts_is_told_of_after_five_minutes_at_every_level() -> None:
    """CA-03: at the grid, and again at the level above once the case has come there."""
    log = [opened()]
    assert drawn(log)["accept"] == OPENED + 5 * MINUTE
    assert run(log, OPENED + 5 * MINUTE - 1) == log
    log = run(log, OPENED + 5 * MINUTE)
    assert words(log)[1:] == [("urged", "accept")]
    assert told(log[-1]) == {"warden": "holder", "village-chief": "upper", "desk": "duty"}
    assert run(log, OPENED + 6 * MINUTE) == log  # once
    up = event("escalated", OPENED + HOUR, to="village-chief", from_grid="grid", to_grid="village")
    log = run([*log, up], OPENED + HOUR + 5 * MINUTE)
    assert words(log)[-1] == ("urged", "accept")
    assert told(log[-1]) == {"village-chief": "holder", "town-head": "upper", "desk": "duty"}
    taken = event("accepted", OPENED + HOUR + MINUTE, "village-chief")
    assert "accept" not in drawn([opened(), up, taken])


def test_an_ordinary_demand_is_answered_and_closed_within_five_working_days() -> None:
    """CA-04: to the second; the weekend doesn't count, nor the time that it lay elsewhere."""
    log = [opened(), TAKEN, event("noted", at("2026-12-02 12:00"))]
    until = at("2026-12-02 18:00")
    assert drawn(log)["reply"] == drawn(log)["close"] == until
    assert run(log, until - 1) == log
    late = run(log, until)
    assert words(late)[3:] == [("urged", "close"), ("urged", "reply")]
    answered = event("fed_back", OPENED + HOUR, to=["reporter"])
    assert "reply" not in drawn([*log, answered])
    assert drawn([*log, answered])["close"] == until
    away = [
        event("suspended", at("2026-11-26 09:00"), until=at("2026-11-30 09:00")),
        event("resumed", at("2026-11-30 09:00")),
    ]
    assert drawn([opened(), TAKEN, *away])["close"] == at("2026-12-04 18:00")
    by_sensor = [opened(report=False), TAKEN]
    assert {"reply", "close"}.isdisjoint(drawn(by_sensor))
    assert {"reply", "close"}.isdisjoint(drawn([opened(grade="emergency"), TAKEN]))


@pytest.mark.parametrize(
    "known",
    [
        event("declared_unsolvable", OPENED + HOUR),
        event("triaged", OPENED + HOUR, path="coordination"),
    ],
)
def test_what_is_beyond_authority_goes_to_the_next_level_within_three_working_days(
    known: Event,
) -> None:
    """CA-05, CA-08: told of and passed on, with the reason."""
    until = at("2026-11-30 18:00")
    log = [opened(), TAKEN, known]
    assert drawn(log)["push_up"] == until
    log = run([*log, event("noted", at("2026-11-30 12:00"))], until)
    assert words(log)[-2:] == [("urged", "push_up"), ("escalated", "push_up")]
    assert (log[-1].data["from_grid"], log[-1].data["to_grid"]) == ("grid", "village")
    assert fold(log).owner == "village-chief"
    assert "push_up" not in drawn(log)
    passed = event("transferred", OPENED + 2 * HOUR, receiver="x", due=OPENED + DAY)
    assert "push_up" not in drawn([opened(), TAKEN, known, passed])


def test_what_is_overdue_climbs_one_level_at_a_time_and_stops_at_the_root() -> None:
    """CA-08: each level has it for a working day; the owner changes, with the reason."""
    log = [opened(due=OPENED + HOUR), TAKEN]
    log = run(log, OPENED + HOUR)
    assert words(log)[-2:] == [("urged", "overdue"), ("escalated", "overdue")]
    up = log[-1]
    assert up.data["from"] == "warden"
    assert up.data["acknowledge_by"] == up.at + 300 * SECOND
    assert fold(log).owner == "village-chief"
    log.append(event("accepted", up.at + SECOND, "village-chief"))
    assert drawn(log)["again"] == at("2026-11-26 18:00")
    log = run(log, at("2026-11-26 18:00"))
    assert words(log)[-1] == ("escalated", "overdue")
    assert (fold(log).owner, watched(log, "grid").level) == ("town-head", "town")
    log.append(event("accepted", log[-1].at + SECOND, "town-head"))
    log = run(log, at("2026-11-27 12:00"))
    assert "again" not in drawn(log)
    assert [one.data["to_grid"] for one in log if one.event == "escalated"] == ["village", "town"]


def test_a_hub_that_was_down_for_days_moves_a_case_up_one_level_only() -> None:
    """CA-08: whoever gets it then has the full time."""
    log = run([opened(due=OPENED + HOUR, grade="emergency")], OPENED + 30 * DAY)
    ups = [one for one in log if one.event == "escalated"]
    assert [one.data["to_grid"] for one in ups] == ["village"]
    assert all(timer.due > OPENED + 30 * DAY for timer in all_timers(log) if timer.name == "again")


def test_of_a_way_up_and_a_hand_over_at_one_moment_only_the_way_up_happens() -> None:
    """CA-08: nobody is sent for a case that another was given in the same moment."""
    log = [opened(due=OPENED + HOUR, acknowledge_by=OPENED + HOUR)]
    log = run(log, OPENED + 2 * HOUR)
    moves = [one for one in log if one.event in ("handed_over", "escalated")]
    assert [one.event for one in moves] == ["escalated"]
    log = run(log, moves[0].at + 300 * SECOND)  # the chief has no stand-in: the town's A post
    assert words(log)[-2:] == [("handed_over", "unacknowledged"), ("urged", "accept")]
    assert fold(log).owner == "town-head"


def test_on_call_posts_of_the_level_above_are_honoured() -> None:
    """CA-08, GR-11: the B post where the A post is on leave, the next level where none is there."""
    late = [opened(due=OPENED + HOUR), TAKEN]
    chief_away = around([Leave(person="village-chief", starts=OPENED, ends=OPENED + DAY)])
    assert fold(run(late, OPENED + HOUR, chief_away)).owner == "town-head"
    with_deputy = around(chief_away.leaves, replaced(1, stand_in="village-deputy"))
    log = run(late, OPENED + HOUR, with_deputy)
    assert log[-1].data["post"] == "B"
    assert fold(log).owner == "village-deputy"


def test_where_nobody_is_above_the_case_stays_and_is_tried_again() -> None:
    above = ("village-chief", "town-head", "town-deputy")
    everybody = around([Leave(person=one, starts=0, ends=OPENED + 2 * DAY) for one in above])
    log = [opened(due=OPENED + HOUR), TAKEN]
    log = run(log, OPENED + HOUR, everybody)
    assert words(log)[-1] == ("urged", "overdue")
    found = lapsed(log, at("2026-11-26 18:00"), everybody)
    assert (found.events, found.vain) == ((), {"again"})
    assert fold(run(log, at("2026-11-26 18:00"))).owner == "village-chief"


def test_a_case_without_recorded_action_is_told_of_after_48_hours() -> None:
    """CA-27: any recorded action begins the time anew, a sensor's or a resident's word doesn't."""
    log = [opened(), TAKEN, event("reported", OPENED + DAY, "resident", rule="report")]
    until = TAKEN.at + 48 * HOUR
    assert drawn(log)["shelved"] == until
    log = run(log, until)
    assert words(log)[-1] == ("urged", "shelved")
    assert run(log, until + DAY) == log
    assert drawn([*log, event("noted", until + HOUR)])["shelved"] == until + 49 * HOUR
    aside = event("suspended", OPENED + HOUR, until=OPENED + 9 * DAY)
    assert drawn([opened(), TAKEN, aside])["shelved"] == OPENED + 11 * DAY
    assert drawn([opened(), TAKEN, aside])["suspension"] == OPENED + 9 * DAY


def test_the_level_above_is_urged_when_a_case_comes_back_a_third_time() -> None:
    log = [opened(), TAKEN]
    for number in range(3):
        assert "reworked" not in drawn(log)
        log += [
            event("dispatched", OPENED + number * HOUR + 2 * MINUTE, to="warden"),
            event("handled", OPENED + number * HOUR + 3 * MINUTE),
            event("recheck_failed", OPENED + number * HOUR + 4 * MINUTE, "chief"),
        ]
    log = run(log, log[-1].at)
    assert words(log)[-1] == ("urged", "reworked")
    assert (log[-1].data["to"], log[-1].data["to_grid"]) == ("village-chief", "village")
    assert fold(log).owner == "warden"
    assert run(log, log[-1].at + MINUTE) == log


def test_the_level_above_is_urged_when_no_one_received_what_was_transferred_three_times() -> None:
    def sent(number: int) -> Event:
        return event("transferred", OPENED + number * HOUR, receiver="x", due=OPENED + DAY)

    back = event("returned", OPENED + 90 * MINUTE, "x", to="warden")
    log = [opened(), TAKEN, sent(1), back, sent(2), sent(3)]
    assert drawn(log)["adrift"] == OPENED + 3 * HOUR
    assert words(run(log, OPENED + 3 * HOUR))[-1] == ("urged", "adrift")
    received = event("received", OPENED + 150 * MINUTE, "x")
    assert "adrift" not in drawn([opened(), TAKEN, sent(1), back, sent(2), received, sent(3)])


def test_small_grids_problems_are_due_the_same_day_until_they_go_up() -> None:
    """CA-06 in part: due at 23:59 on the wall."""
    assert drawn([opened(), TAKEN])["small_grid"] == at("2026-11-25 23:59")
    up = event("escalated", OPENED + HOUR, to="village-chief", from_grid="grid", to_grid="village")
    assert "small_grid" not in drawn([opened(), TAKEN, up])


def test_nothing_falls_due_in_what_has_ended() -> None:
    log = [opened(due=OPENED + HOUR), TAKEN, event("dismissed", OPENED + 2 * MINUTE)]
    assert all_timers(log) == []
