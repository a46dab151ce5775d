"""Opening: is it true, who takes it, how grave is it, which way does it go."""

from __future__ import annotations

import msgspec

from hub.cases.deed import Deed, Lack, Order, Outcome, Scene, always
from hub.cases.lifecycle import CaseRules
from hub.cases.state import CaseState, Event
from hub.cases.vocabulary import Action, Field, PersonId, Right
from hub.cases.written import written

SCREEN: Right = "cases.screen"


def _screen(_state: CaseState, order: Order, scene: Scene) -> Outcome:
    if order.upheld:
        return [written("screened", order, scene, upheld=True)]
    if not order.note.strip():
        return Lack("note", "Say in `note` why the report is not true.")
    dismissed = Event(event="dismissed", at=scene.now, actor=scene.by.person)
    return [written("screened", order, scene, upheld=False), dismissed]


def _screen_bar(state: CaseState, _rules: CaseRules) -> str | None:
    return None if state.unscreened else "The case needs no screening."


def _accept(state: CaseState, order: Order, scene: Scene) -> Outcome:
    """Who accepts a report that a second role must confirm thereby confirms it."""
    triage_by = scene.limit("triage", scene.now)
    accepted = written("accepted", order, scene, triage_by=triage_by)
    if not state.unscreened:
        return [accepted]
    confirmed = Event(event="screened", at=scene.now, actor=scene.by.person, data={"upheld": True})
    return [confirmed, accepted]


def _screening_right(state: CaseState, _rules: CaseRules) -> Right | None:
    return SCREEN if state.unscreened else None


def _reporters(state: CaseState, _rules: CaseRules) -> frozenset[PersonId]:
    return frozenset(state.progress.reporters) if state.unscreened else frozenset()


def _reporting_roles(state: CaseState, _rules: CaseRules) -> frozenset[str]:
    if not state.unscreened:
        return frozenset()
    return frozenset(role for role in state.progress.reporters.values() if role is not None)


def _grade(state: CaseState, order: Order, scene: Scene) -> Outcome:
    if order.grade == state.grade:
        return Lack("grade", f"The case is {state.grade} already.")
    return [written("graded", order, scene, grade=order.grade), *_alarm(state, order, scene)]


def _triage(state: CaseState, order: Order, scene: Scene) -> Outcome:
    """HZ-05: coordination asks for a photo and for acceptance on site."""
    seen = bool(order.on_site) or state.progress.on_site or state.look == "confirmed"
    if order.path == "coordination" and not (order.photos or state.progress.photos):
        return Lack("photos", "Coordination needs a photo of what is to be coordinated.")
    if order.path == "coordination" and not seen:
        return Lack("on_site", "Coordination needs acceptance on site: say `on_site`: true.")
    graver = "emergency" if order.path == "emergency" else order.grade
    order = msgspec.structs.replace(order, grade=graver)
    urgent = graver == "emergency" != state.grade
    triaged = written(
        "triaged",
        order,
        scene,
        path=order.path,
        on_site=True if seen else None,
        grade=graver if graver != state.grade else None,
        measure_by=scene.limit("interim_measure", scene.now) if urgent else None,
    )
    return [triaged, *_alarm(state, order, scene)]


def _alarm(state: CaseState, order: Order, scene: Scene) -> list[Event]:
    """CA-10: of what becomes an emergency all are told at once."""
    if order.grade != "emergency" or state.grade == "emergency":
        return []
    told = [{"person": one.person, "as": one.capacity} for one in scene.told]
    data = {"why": "triaged", "notify": told} if told else {"why": "triaged"}
    return [Event(event="alarmed", at=scene.now, actor=scene.by.person, data=data)]


def _look(state: CaseState, order: Order, scene: Scene) -> Outcome:
    """Whoever looked has accepted the case."""
    if order.found == "not_found" and not order.note.strip() and not order.photos:
        message = "Nothing found: say in `note` what was looked at, or add a photo."
        return Lack("note", message)
    looked = Event(
        event="looked",
        at=scene.now,
        actor=scene.by.person,
        note=order.note.strip(),
        data={"found": order.found, "photos": list(order.photos)},
    )
    if state.stage != "discovered":
        return [looked]
    return [Event(event="accepted", at=scene.now, actor=scene.by.person), looked]


def _look_bar(state: CaseState, _rules: CaseRules) -> str | None:
    return None if state.look is not None else "The case asks for no look on site."


def _dismiss_bar(state: CaseState, _rules: CaseRules) -> str | None:
    if state.look == "not_found":
        return None
    return "Only what was looked for on site and not found is dismissed."


_PATH: tuple[Field, ...] = ("note", "photos", "path", "on_site", "grade")

DEEDS: dict[Action, Deed] = {
    "screen": Deed(
        brings=_screen,
        takes=("note", "photos", "upheld"),
        needs=always("upheld"),
        bar=_screen_bar,
        not_by=_reporters,
        not_roles=_reporting_roles,
    ),
    "accept": Deed(
        brings=_accept,
        right=_screening_right,
        not_by=_reporters,
        not_roles=_reporting_roles,
    ),
    "grade": Deed(brings=_grade, takes=("note", "photos", "grade"), needs=always("grade", "note")),
    "triage": Deed(brings=_triage, takes=_PATH, needs=always("path")),
    "look": Deed(
        brings=_look, takes=("note", "photos", "found"), needs=always("found"), bar=_look_bar
    ),
    "dismiss": Deed(
        brings=lambda _, order, scene: [written("dismissed", order, scene)], bar=_dismiss_bar
    ),
}
