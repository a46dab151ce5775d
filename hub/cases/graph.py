"""Graph: the ways from stage to stage that a lifecycle allows, for the plan check and the picture.

Pure.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Literal

import msgspec

from hub.cases.lifecycle import CaseRules
from hub.cases.vocabulary import FIRST, LAST, Action, Stage

News = Literal["sensor agrees", "danger is back", "relapse"]

# Where an action leads; those that are not here leave the case at its stage.
_LEADS: dict[Action, tuple[Stage, ...]] = {
    "screen": ("screened", "closed"),
    "accept": ("accepted",),
    "triage": ("triaged",),
    "dispatch": ("dispatched",),
    "handle": ("handled",),
    "dissuade": ("handled",),
    "verify": ("verified",),
    "fail_recheck": ("dispatched",),
    "close": ("closed",),
    "dismiss": ("closed",),
    "merge": ("closed",),
    "return": ("accepted",),
    "transfer": ("transferred",),
    "suspend": ("suspended",),
    "declare_unsolvable": ("unsolvable",),
    "revisit": ("revisited", "dispatched"),
    "reopen": ("dispatched",),
    "archive": ("archived",),
}
_TAKEN_OVER: tuple[Stage, ...] = ("triaged", "dispatched", "unsolvable")
_BY_CHANCE: tuple[Action, ...] = ("merge", "dismiss", "screen")  # not every case can go that way


class Way(msgspec.Struct, frozen=True, order=True):
    """One way between two stages: by a person's action, or by what a sensor says."""

    start: Stage
    end: Stage
    by: Action | News


def ways(rules: CaseRules) -> list[Way]:
    """All ways of a lifecycle."""
    found = [*_of_people(rules), *_of_sensors(rules)]
    return sorted(dict.fromkeys(found))


def _of_people(rules: CaseRules) -> Iterator[Way]:
    for action in rules.actions:
        entry = rules.transition(action)
        for start in () if entry is None else entry.from_:
            for end in _ends(action, start, rules):
                if end != start:
                    yield Way(start, end, action)


def _ends(action: Action, start: Stage, rules: CaseRules) -> tuple[Stage, ...]:
    match action:
        case "escalate":
            return ("accepted",) if start in _TAKEN_OVER else ()
        case "look":
            return ("accepted",) if start == "discovered" else ()
        case "resume":
            entry = rules.transition("suspend")
            return () if entry is None else tuple(entry.from_)
        case _:
            return _LEADS.get(action, ())


def _of_sensors(rules: CaseRules) -> Iterator[Way]:
    yield Way("handled", "verified", "sensor agrees")
    yield Way("handled", "dispatched", "danger is back")
    yield Way("verified", "dispatched", "danger is back")
    if rules.relapse_minutes > 0:
        yield Way("closed", "dispatched", "relapse")
        yield Way("revisited", "dispatched", "relapse")


def wrong_lifecycle(rules: CaseRules) -> Iterator[str]:
    """Why no plan may have this lifecycle: stages that no case reaches, or none leaves."""
    known = ways(rules)
    reached = _reach(FIRST, ((way.start, way.end) for way in known))
    for action in sorted(rules.actions):
        entry = rules.transition(action)
        lost = sorted(set(entry.from_) - reached) if entry is not None else []
        for stage in lost:
            yield (
                f"cases: `{action}` starts from {stage}, which no case reaches: "
                f"take it out, or allow an action that leads to {stage}"
            )
    sure: list[tuple[Stage, Stage]] = [
        (way.end, way.start) for way in known if way.by not in _BY_CHANCE
    ]
    for stage in sorted(reached - _reach(LAST, sure)):
        yield f"cases: from {stage} no way leads to {LAST}: allow an action that goes on from there"


def _reach(start: Stage, ways: Iterable[tuple[Stage, Stage]]) -> set[Stage]:
    found: set[Stage] = {start}
    pairs = list(ways)
    while True:
        more: set[Stage] = {end for begin, end in pairs if begin in found}
        more -= found
        if not more:
            return found
        found |= more
