"""Deciding: the way of an approval (HZ-06): committee, department, publication at three levels."""

from __future__ import annotations

from hub.cases.deed import Bar, Deed, Order, Outcome, Scene, always
from hub.cases.lifecycle import CaseRules
from hub.cases.state import CaseState
from hub.cases.vocabulary import Action
from hub.cases.written import written


def _on_approval(state: CaseState, _rules: CaseRules) -> str | None:
    if state.progress.path == "approval":
        return None
    return "Only what is triaged as approval is decided and published."


def _decide(state: CaseState, order: Order, scene: Scene) -> Outcome:
    """The committee decides on the facts, then the department approves."""
    if order.body == "department" and not state.progress.decided.get("committee"):
        return Bar("The committee decides first.")
    return [written("decided", order, scene, body=order.body, agreed=order.agreed)]


def _publish(state: CaseState, order: Order, scene: Scene) -> Outcome:
    if order.level in state.progress.published:
        return Bar(f"It was published at this level already: {order.level}.")
    return [written("published", order, scene, level=order.level)]


DEEDS: dict[Action, Deed] = {
    "decide": Deed(
        brings=_decide,
        takes=("note", "photos", "body", "agreed"),
        needs=always("body", "agreed", "note"),
        bar=_on_approval,
    ),
    "publish": Deed(
        brings=_publish,
        takes=("note", "photos", "level"),
        needs=always("level", "note"),
        bar=_on_approval,
    ),
}
