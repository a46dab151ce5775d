"""Pausing: more time, set aside (挂账), or not to be solved here at all."""

from __future__ import annotations

from hub.cases.deed import Deed, Lack, Order, Outcome, Scene, always
from hub.cases.lifecycle import CaseRules
from hub.cases.state import CaseState
from hub.cases.vocabulary import Action, PersonId
from hub.cases.written import written
from hub.deadlines.count import moved_on


def _ask(state: CaseState, order: Order, scene: Scene) -> Outcome:
    least = max(scene.now, state.due or 0)
    if order.due is None or order.due <= least:
        return Lack("due", "Ask in `due` for a time after the present deadline.")
    return [written("extension_asked", order, scene, due=order.due)]


def _ask_bar(state: CaseState, _rules: CaseRules) -> str | None:
    return None if state.progress.extension is None else "An extension was asked for already."


def _pending_bar(state: CaseState, _rules: CaseRules) -> str | None:
    return None if state.progress.extension is not None else "Nobody has asked for an extension."


def _extend(state: CaseState, order: Order, scene: Scene) -> Outcome:
    """The one who decides may grant less than was asked for."""
    asked = state.progress.extension
    due = order.due or asked
    if due is None or due <= scene.now or (asked is not None and due > asked):
        return Lack("due", "Grant a time after now, and no later than was asked for.")
    return [written("extended", order, scene, due=due)]


def _asker(state: CaseState, _rules: CaseRules) -> frozenset[PersonId]:
    asker = state.progress.extension_by
    return frozenset() if asker is None else frozenset((asker,))


def _suspend(_state: CaseState, order: Order, scene: Scene) -> Outcome:
    if order.until is None or order.until <= scene.now:
        return Lack("until", "Say in `until` when it is looked at again; later than now.")
    return [written("suspended", order, scene, until=order.until)]


def _resume(state: CaseState, order: Order, scene: Scene) -> Outcome:
    """The working time that was left when it was set aside is left now."""
    due, held_at = state.due, state.progress.held_at
    later = None
    if due is not None and held_at is not None:
        later = moved_on(due, held_at, scene.now, scene.calendar)
    return [written("resumed", order, scene, due=later)]


DEEDS: dict[Action, Deed] = {
    "ask_extension": Deed(
        brings=_ask, takes=("note", "photos", "due"), needs=always("due", "note"), bar=_ask_bar
    ),
    "extend": Deed(
        brings=_extend, takes=("note", "photos", "due"), bar=_pending_bar, not_by=_asker
    ),
    "refuse_extension": Deed(
        brings=lambda _, order, scene: [written("extension_refused", order, scene)],
        needs=always("note"),
        bar=_pending_bar,
        not_by=_asker,
    ),
    "suspend": Deed(
        brings=_suspend, takes=("note", "photos", "until"), needs=always("until", "note")
    ),
    "resume": Deed(brings=_resume, needs=always("note")),
    "declare_unsolvable": Deed(
        brings=lambda _, order, scene: [written("declared_unsolvable", order, scene)],
        needs=always("note"),
    ),
}
