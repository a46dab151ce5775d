"""Folding: the state of a case made from its events, one after the other. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import msgspec

from hub.cases.facts import measured
from hub.cases.progressing import progressed
from hub.cases.state import NEW, CaseState, Event, breach_in
from hub.cases.vocabulary import EventName, PersonId, Stage

# Events that lead to a stage whatever the stage before.
_STAGE_AFTER: dict[EventName, Stage] = {
    "accepted": "accepted",
    "triaged": "triaged",
    "dispatched": "dispatched",
    "returned": "accepted",
    "transferred": "transferred",
    "handled": "handled",
    "verified": "verified",
    "recheck_failed": "dispatched",
    "closed": "closed",
    "dismissed": "closed",
    "merged": "closed",
    "relapsed": "dispatched",
    "suspended": "suspended",
    "declared_unsolvable": "unsolvable",
    "archived": "archived",
}
_ANSWERED: frozenset[EventName] = frozenset((
    "accepted", "triaged", "dispatched", "returned", "transferred", "declared_unsolvable",
    "handled", "verified", "closed", "dismissed", "merged", "looked", "suspended",
))  # fmt: skip
_DANGER: frozenset[EventName] = frozenset(
    ("recurred", "relapsed", "worsened", "reported", "joined")
)
# From where a case goes back to be assigned anew when the next level takes it over.
_TAKEN_OVER: frozenset[Stage] = frozenset(("triaged", "dispatched", "unsolvable"))


def fold(events: Iterable[Event]) -> CaseState:
    """The state that some events of one case, from its first, amount to.

    Raises:
        ValueError: no events, or the first is not `discovered`.
    """
    state: CaseState | None = None
    for event in events:
        state = _opened(event) if state is None else evolve(state, event)
    if state is None:
        raise ValueError("a case has at least one event")
    return state


def evolve(state: CaseState, event: Event) -> CaseState:
    """The state after one more event.

    Raises:
        ValueError: the event is `discovered`, which happens once.
    """
    if event.event == "discovered":
        raise ValueError("a case is discovered once")
    changes: dict[str, Any] = {
        "updated": event.at,
        "stage": _stage_after(state, event),
        "progress": progressed(state, event),
    }
    if event.event in _ANSWERED:
        changes["acknowledge_by"] = None
    changes |= _of_danger(state, event)
    changes |= _of_work(event)
    changes |= _of_people(state, event)
    if event.event in _DANGER and state.look == "not_found":
        changes["look"] = "asked"  # what was not there is there after all
    return msgspec.structs.replace(state, **changes)


def _stage_after(state: CaseState, event: Event) -> Stage:
    match event.event:
        case "screened":
            return "screened" if event.data["upheld"] else state.stage
        case "escalated":
            return "accepted" if state.stage in _TAKEN_OVER else state.stage
        case "resumed":
            return state.progress.held or "dispatched"
        case "revisited":
            return "revisited" if event.data["satisfied"] else state.stage
        case "reopened":
            return "dispatched" if event.data["to"] is not None else "accepted"
        case name:
            return _STAGE_AFTER.get(name, state.stage)


def _of_danger(state: CaseState, event: Event) -> dict[str, Any]:
    """What is known of the danger: what is broken, how grave it is, what was measured."""
    data = event.data
    match event.event:
        case "recurred" | "relapsed":
            return measured(data) | {
                "breaches": state.breaches | {breach_in(state, data)},
                "recurrences": state.recurrences + 1,
            }
        case "worsened":
            # A report measures nothing: what the sensor measured stays.
            read = {} if data.get("report") else measured(data)
            return read | {
                "breaches": state.breaches | {breach_in(state, data)},
                "kind": data["kind"],
                "grade": data["grade"],
                "due": data["due"],
                "acknowledge_by": data.get("acknowledge_by"),
            }
        case "joined" | "reported":
            return {"breaches": state.breaches | {breach_in(state, data)}}
        case "merged":
            return {"breaches": frozenset[str]()}
        case "sensor_recovered":
            return {"breaches": state.breaches - {breach_in(state, data)}}
        case "graded":
            return {"grade": data["grade"]}
        case "triaged":
            return {"grade": data.get("grade", state.grade)}
        case "looked":
            return {"look": data["found"], "look_by": None}
        case "dismissed":
            return {"look_by": None}
        case _:
            return {}


def _of_work(event: Event) -> dict[str, Any]:
    """Until when the work is due: only events that say so change it."""
    moves = ("dispatched", "transferred", "extended", "resumed", "reopened", "relapsed")
    known = event.event in moves and event.data.get("due") is not None
    return {"due": event.data["due"]} if known else {}


def _of_people(state: CaseState, event: Event) -> dict[str, Any]:
    """Who must act, and who helps."""
    data = event.data
    match event.event:
        case "handed_over":
            return {"owner": data["to"], "acknowledge_by": None}
        case "escalated":
            return {"owner": data["to"], "acknowledge_by": data.get("acknowledge_by")}
        case "dispatched":
            return {"owner": data["to"]}
        case "returned" | "reopened" | "relapsed" | "recheck_failed":
            return {"owner": data.get("to") or state.owner}
        case "alarmed":
            return {"assist": state.assist | _neighbours(data)}
        case "coming":
            return {"coming": state.coming | {event.actor}}
        case _:
            return {}


def _opened(event: Event) -> CaseState:
    if event.event != "discovered":
        raise ValueError(f"the first event of a case is `discovered`, not `{event.event}`")
    data = event.data
    reported = data.get("report") is not None
    return CaseState(
        kind=data["kind"],
        device=data["device"],
        grade=data["grade"],
        stage="discovered",
        opened=event.at,
        updated=event.at,
        due=data["due"],
        warden=data["warden"],
        owner=data["warden"],
        breaches=frozenset({data["rule"]}),
        recurrences=0,
        acknowledge_by=data.get("acknowledge_by"),
        look="asked" if data.get("look_by") is not None else None,
        look_by=data.get("look_by"),
        assist=_neighbours(data),
        progress=msgspec.structs.replace(
            NEW,
            reporters={event.actor: data.get("role")} if reported else {},
            screening="needed" if data.get("screen") else None,
            photos=len(data.get("photos", ())),
            measure_by=data.get("measure_by"),
            triage_by=data.get("triage_by"),
            **_routed(data),
        ),
        **measured(data),
    )


def _routed(data: dict[str, Any]) -> dict[str, Any]:
    route = data.get("route")
    if route is None:
        return {}
    return {
        "lead": route["lead"],
        "cooperating": tuple(route.get("cooperating", ())),
        "implementing": route.get("implementing"),
    }


def _neighbours(data: dict[str, Any]) -> frozenset[PersonId]:
    told = data.get("notify", ())
    return frozenset(one["person"] for one in told if one["as"] == "neighbour")
