"""Working: what is done on the spot, by whoever has the case and by those who come to help."""

from __future__ import annotations

from hub.cases.deed import Deed, Lack, Order, Outcome, Scene, always
from hub.cases.lifecycle import CaseRules
from hub.cases.state import CaseState, Event
from hub.cases.vocabulary import SENSOR, Action, Field, PersonId
from hub.cases.written import written


def verified_by_sensor(now: int) -> Event:
    """The sensor agrees that a handled case is over."""
    return Event(event="verified", at=now, actor=SENSOR, data={"by": "sensor"})


def _handle(state: CaseState, order: Order, scene: Scene) -> Outcome:
    """What ends an emergency is its measure too, where none was recorded before (CA-10)."""
    done = written("handled", order, scene)
    events = [done]
    if state.grade in scene.rules.measured and not state.progress.measures:
        measure = Event(
            event="measure_taken", at=scene.now, actor=scene.by.person, note=order.note.strip()
        )
        events = [measure, done]
    return [*events, verified_by_sensor(scene.now)] if state.recovered else events


def _handle_bar(state: CaseState, _rules: CaseRules) -> str | None:
    progress = state.progress
    if state.stage == "triaged" and progress.path != "general":
        return "Only what is triaged as general is handled without a dispatch."
    if state.stage == "transferred" and not progress.receipt:
        return "The receiver has not confirmed the transfer: `receive` first."
    pending = [f"{task.id}" for task in progress.tasks if task.pending]
    if pending:
        return f"Sub-tasks are not done: {', '.join(pending)}."
    return None


def _handle_needs(state: CaseState, _rules: CaseRules) -> tuple[Field, ...]:
    """HZ-04: who handles on site registers it with a picture."""
    on_site = state.stage == "triaged" and not state.progress.photos
    return ("note", "photos") if on_site else ("note",)


def _dissuade(state: CaseState, order: Order, scene: Scene) -> Outcome:
    """HZ-19: conduct that was stopped on the spot is reported with its end.

    The second role's word on the report then comes with the recheck.
    """
    done = written("handled", order, scene, dissuaded=True)
    return [done, verified_by_sensor(scene.now)] if state.recovered else [done]


def _measure(_state: CaseState, order: Order, scene: Scene) -> Outcome:
    """CA-10: it holds until a stated time, and the spot is watched as long as it lasts."""
    if order.until is not None and order.until <= scene.now:
        return Lack("until", "Say in `until` how long the measure holds; later than now.")
    return [written("measure_taken", order, scene, until=order.until)]


def _track_bar(state: CaseState, _rules: CaseRules) -> str | None:
    if state.grade == "emergency" or state.progress.measures:
        return None
    return "Only an emergency, or what a measure holds in check, is tracked on site."


def _come(state: CaseState, order: Order, scene: Scene) -> Outcome:
    """A neighbour who was told says once that help is on the way."""
    if scene.by.person in state.coming:
        return []
    return [written("coming", order, scene)]


def _come_bar(state: CaseState, _rules: CaseRules) -> str | None:
    return None if state.assist else "No neighbour was told of this case."


def _helpers(state: CaseState, _rules: CaseRules) -> frozenset[PersonId]:
    return state.assist


DEEDS: dict[Action, Deed] = {
    "handle": Deed(brings=_handle, needs=_handle_needs, bar=_handle_bar),
    "dissuade": Deed(brings=_dissuade, needs=always("note")),
    "measure": Deed(brings=_measure, takes=("note", "photos", "until"), needs=always("note")),
    "track": Deed(
        brings=lambda _, order, scene: [written("tracked", order, scene)],
        needs=always("note"),
        bar=_track_bar,
    ),
    "note": Deed(
        brings=lambda _, order, scene: [written("noted", order, scene)], needs=always("note")
    ),
    "come": Deed(brings=_come, bar=_come_bar, only_by=_helpers),
}
