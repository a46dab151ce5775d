"""Cases: the file that drives a hazard to a verified close, as a pure event-sourced machine.

A case is its events. `fold` makes the state from them; `step` says which events an action of a
person brings, or why it is refused. What sensors and the roster bring is in `hub.cases.news`, what
people report in `hub.cases.reported`. Nothing here reads a clock or a database. Times are int64
microseconds UTC.

    discovered ─accept─▶ accepted ─dispatch─▶ dispatched ─handle─▶ handled ─verify─▶ verified
                                                  ▲                   │                │  │
                                                  └── danger is back ─┴────────────────┘  │
                                                                     closed ◀─close───────┘
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Literal, TypeAlias

import msgspec

from edge.wire import Micros
from hub.anomalies.domain import AnomalyKind, Grade
from hub.cases.facts import measured

Stage = Literal["discovered", "accepted", "dispatched", "handled", "verified", "closed"]
Action = Literal["accept", "dispatch", "handle", "verify", "close", "note", "come"]
EventName = Literal[
    "discovered",
    "recurred",
    "reported",
    "worsened",
    "handed_over",
    "joined",
    "merged",
    "sensor_recovered",
    "alarmed",
    "accepted",
    "dispatched",
    "handled",
    "verified",
    "closed",
    "noted",
    "coming",
    "pictured",
    "unpictured",
]
PersonId: TypeAlias = str

SENSOR = "system:sensor"  # who acts when a sensor's word moves a case
CAMERAS = "system:cameras"  # who acts when a rule asks a camera for a picture

_NEXT: dict[Stage, Action] = {
    "discovered": "accept",
    "accepted": "dispatch",
    "dispatched": "handle",
    "handled": "verify",
    "verified": "close",
}


class Event(msgspec.Struct, frozen=True, kw_only=True):
    """One thing that happened to a case. `actor` is a person's id or `system:…`."""

    event: EventName
    at: Micros
    actor: str
    note: str = ""
    data: dict[str, Any] = {}


class CaseState(msgspec.Struct, frozen=True, kw_only=True):
    """What the events of one case amount to.

    `breaches` are the rules that are known to be broken still (`RULE`, or `RULE@DEVICE` of another
    device): the sensors agree that the danger is over when none is left. `owner` is who must act,
    and must accept the case until `acknowledge_by`; else the stand-in gets it. `assist` are the
    holders of grids beside it who were told so that they help, `coming` those who are on the way.
    """

    kind: AnomalyKind
    device: str
    grade: Grade
    stage: Stage
    opened: Micros
    updated: Micros
    due: Micros | None
    warden: PersonId | None
    owner: PersonId | None
    breaches: frozenset[str]
    recurrences: int
    value: float | None
    limit: float | None
    unit: str
    quantity: str
    acknowledge_by: Micros | None = None
    assist: frozenset[PersonId] = frozenset()
    coming: frozenset[PersonId] = frozenset()

    @property
    def recovered(self) -> bool:
        """Whether the sensor says that the danger is over."""
        return not self.breaches

    @property
    def open(self) -> bool:
        """Whether the case still asks for somebody's work."""
        return self.stage != "closed"


class Refused(msgspec.Struct, frozen=True):
    """Why an action brings nothing, and what is possible instead.

    `out_of_turn`: the case is not at that step. `incomplete`: the step needs `missing` as well.
    """

    reason: Literal["out_of_turn", "incomplete"]
    message: str
    allowed: tuple[Action, ...]
    missing: Literal["note", "to"] | None = None


def allowed(state: CaseState) -> tuple[Action, ...]:
    """The actions that a person may take now, the one that moves the case first."""
    return (_NEXT[state.stage], "note") if state.stage in _NEXT else ()


def step(
    state: CaseState,
    action: Action,
    *,
    actor: PersonId,
    now: Micros,
    note: str = "",
    to: PersonId | None = None,
) -> list[Event] | Refused:
    """What a person's action brings: one event, or two when the sensor has agreed already.

    `to` names whom a dispatch sends, by default the one who has it. Handling says in a note what
    was done; verifying by a person, where the sensor has not agreed, says why in a note.
    """
    possible = allowed(state)
    note = note.strip()
    if action == "come":
        return _come(state, actor, now, note)
    if action not in possible:
        return Refused("out_of_turn", _out_of_turn(state, action, possible), possible)
    match action:
        case "accept":
            return [Event(event="accepted", at=now, actor=actor, note=note)]
        case "dispatch":
            person = to or state.owner or state.warden
            if person is None:
                message = "The grid has no warden: name in `to` whom the case is dispatched to."
                return Refused("incomplete", message, possible, "to")
            return [Event(event="dispatched", at=now, actor=actor, note=note, data={"to": person})]
        case "close":
            return [Event(event="closed", at=now, actor=actor, note=note)]
        case "handle" | "verify" | "note":
            if not note:
                return Refused("incomplete", _NOTE_ASKED[action], possible, "note")
    if action == "note":
        return [Event(event="noted", at=now, actor=actor, note=note)]
    if action == "verify":
        reason = {"by": "person"}
        return [Event(event="verified", at=now, actor=actor, note=note, data=reason)]
    done = Event(event="handled", at=now, actor=actor, note=note)
    return [done, verified_by_sensor(now)] if state.recovered else [done]


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
    """The state after one more event."""
    changes: dict[str, Any] = {"updated": event.at}
    match event.event:
        case "recurred":
            changes |= measured(event.data) | {
                "breaches": state.breaches | {breach_in(state, event.data)},
                "recurrences": state.recurrences + 1,
            }
        case "worsened":
            # A report measures nothing: what the sensor measured stays.
            read = {} if event.data.get("report") else measured(event.data)
            changes |= read | {
                "breaches": state.breaches | {breach_in(state, event.data)},
                "kind": event.data["kind"],
                "grade": event.data["grade"],
                "due": event.data["due"],
                "acknowledge_by": event.data.get("acknowledge_by"),
            }
        case "joined" | "reported":
            changes["breaches"] = state.breaches | {breach_in(state, event.data)}
        case "merged":
            changes |= {"stage": "closed", "breaches": frozenset[str](), "acknowledge_by": None}
        case "sensor_recovered":
            changes["breaches"] = state.breaches - {breach_in(state, event.data)}
        case "handed_over":
            changes |= {"owner": event.data["to"], "acknowledge_by": None}
        case "dispatched":
            changes |= {"stage": "dispatched", "owner": event.data["to"]}
        case "accepted" | "handled" | "verified" | "closed":
            changes |= {"stage": event.event, "acknowledge_by": None}
        case "alarmed":
            changes["assist"] = state.assist | _neighbours(event.data)
        case "coming":
            changes["coming"] = state.coming | {event.actor}
        case "noted" | "pictured" | "unpictured":
            pass
        case "discovered":
            raise ValueError("a case is discovered once")
    return msgspec.structs.replace(state, **changes)


def _opened(event: Event) -> CaseState:
    if event.event != "discovered":
        raise ValueError(f"the first event of a case is `discovered`, not `{event.event}`")
    data = event.data
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
        assist=_neighbours(data),
        **measured(event.data),
    )


def breach_in(state: CaseState, data: dict[str, Any]) -> str:
    """The rule of an event's data, and the device if it is not the case's own."""
    device = data.get("device", state.device)
    return data["rule"] if device == state.device else f"{data['rule']}@{device}"


def _neighbours(data: dict[str, Any]) -> frozenset[PersonId]:
    told = data.get("notify", ())
    return frozenset(one["person"] for one in told if one["as"] == "neighbour")


def _come(state: CaseState, actor: PersonId, now: Micros, note: str) -> list[Event] | Refused:
    """A neighbour who was told says once that help is on the way."""
    possible = allowed(state)
    if not state.open:
        return Refused("out_of_turn", _out_of_turn(state, "come", possible), possible)
    if actor not in state.assist:
        message = "Only holders of neighbouring grids who were told of this emergency come to help."
        return Refused("out_of_turn", message, possible)
    if actor in state.coming:
        return []
    return [Event(event="coming", at=now, actor=actor, note=note)]


def verified_by_sensor(now: Micros) -> Event:
    """The sensor agrees that a handled case is over."""
    return Event(event="verified", at=now, actor=SENSOR, data={"by": "sensor"})


_NOTE_ASKED: dict[Action, str] = {
    "handle": "Say in `note` what was done.",
    "verify": "The sensor has not agreed: say in `note` why the danger is over nevertheless.",
    "note": "Write the note in `note`.",
}


def _out_of_turn(state: CaseState, action: Action, possible: tuple[Action, ...]) -> str:
    if not possible:
        return "The case is closed; a new anomaly of the device opens a new case."
    choices = ", ".join(f"`{name}`" for name in possible)
    return f"The case is {state.stage}, so `{action}` is not its next step; possible: {choices}."
