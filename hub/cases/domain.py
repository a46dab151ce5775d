"""Cases: the file that drives a hazard to a verified close, as a pure event-sourced machine.

A case is its events. `fold` makes the state from them; `step` says which events an action of a
person brings, or why it is refused. What sensors and the roster bring is in `hub.cases.news`, what
people report in `hub.cases.reported`. Nothing here reads a clock or a database. Times are int64
microseconds UTC. This is the public face; the parts are beside it:

    vocabulary  the words: stages, actions, events      state     what events amount to
    lifecycle   what the plan allows, lifecycle.toml    folding   from events to the state
    deeds/      what each action does                   machine   what is possible, and a step

The picture of the stages is drawn from the code: docs/cases.md.
"""

from __future__ import annotations

from hub.cases.deed import Above, Doer, Limits, Order, Scene, no_limits
from hub.cases.deeds.working import verified_by_sensor
from hub.cases.folding import evolve, fold
from hub.cases.lifecycle import CaseRules, Transition, shipped_rules
from hub.cases.machine import DEEDS, Possible, Refused, allowed, possible, step
from hub.cases.state import CaseState, Event, Progress, Task, breach_in
from hub.cases.vocabulary import (
    CAMERAS,
    REPORT,
    SENSOR,
    Action,
    EventName,
    Field,
    Found,
    LimitName,
    Look,
    Path,
    PersonId,
    Stage,
)

__all__ = [
    "CAMERAS",
    "DEEDS",
    "REPORT",
    "SENSOR",
    "Above",
    "Action",
    "CaseRules",
    "CaseState",
    "Doer",
    "Event",
    "EventName",
    "Field",
    "Found",
    "LimitName",
    "Limits",
    "Look",
    "Order",
    "Path",
    "PersonId",
    "Possible",
    "Progress",
    "Refused",
    "Scene",
    "Stage",
    "Task",
    "Transition",
    "allowed",
    "breach_in",
    "evolve",
    "fold",
    "no_limits",
    "possible",
    "shipped_rules",
    "step",
    "verified_by_sensor",
]
