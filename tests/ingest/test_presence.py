from __future__ import annotations

from edge.wire import AgentState
from ingest.arrival import Report
from ingest.presence import Presence, settle
from tests.ingest.make import NOW


def report(at: int, *, online: bool = True, made: int = 0, retained: bool = False) -> Report:
    return Report("campus", AgentState(agent="a", online=online, made=made), NOW + at, retained)


def words(presence: Presence) -> list[tuple[str, int]]:
    return [
        (state.state, state.time - NOW) for change in presence.changes for state in change.states
    ]


def test_the_first_report_of_an_agent_is_a_change() -> None:
    assert words(settle({}, [report(1)])) == [("online", 1)]
    assert words(settle({}, [report(1, online=False)])) == [("offline", 1)]


def test_only_coming_and_going_are_changes_and_the_newest_report_stays() -> None:
    reports = [report(1), report(2, made=5), report(3, online=False), report(4, online=False)]
    presence = settle({"a": AgentState(agent="a", online=True)}, reports)
    assert words(presence) == [("offline", 3)]
    assert presence.newest == {"a": reports[-1]}


def test_an_agent_that_goes_and_returns_within_one_lot_tells_both() -> None:
    reports = [report(1, online=False), report(2)]
    presence = settle({"a": AgentState(agent="a", online=True)}, reports)
    assert words(presence) == [("offline", 1), ("online", 2)]


def test_a_retained_report_that_is_known_is_no_news() -> None:
    known = {"a": AgentState(agent="a", online=True, made=5)}
    assert settle(known, [report(9, made=5, retained=True)]).newest == {}
    assert settle(known, [report(9, made=6, retained=True)]).newest != {}
