"""Afterwards: told, visited again, rated, archived."""

from __future__ import annotations

from hub.cases.deed import Bar, Deed, Lack, Order, Outcome, Scene, always
from hub.cases.lifecycle import CaseRules
from hub.cases.occasions import missing_audiences, wants_revisit
from hub.cases.state import CaseState, Event
from hub.cases.vocabulary import Action
from hub.cases.written import written


def _feed_back(_state: CaseState, order: Order, scene: Scene) -> Outcome:
    return [written("fed_back", order, scene, to=list(dict.fromkeys(order.audience)))]


def _revisit(state: CaseState, order: Order, scene: Scene) -> Outcome:
    """CA-21: who is not satisfied gets the case opened again."""
    if order.satisfied:
        return [written("revisited", order, scene, satisfied=True)]
    if not order.note.strip():
        return Lack("note", "Say in `note` what is still wrong.")
    again = Event(
        event="reopened",
        at=scene.now,
        actor=scene.by.person,
        note=order.note.strip(),
        data={"to": state.owner, "why": "dissatisfied"} | _until(scene),
    )
    return [written("revisited", order, scene, satisfied=False), again]


def _until(scene: Scene) -> dict[str, int]:
    due = scene.limit("department", scene.now)
    return {} if due is None else {"due": due}


def _revisit_bar(state: CaseState, _rules: CaseRules) -> str | None:
    if state.progress.outcome in ("merged", "dismissed"):
        return f"What was {state.progress.outcome} is not visited again."
    return None


def _rate(_state: CaseState, order: Order, scene: Scene) -> Outcome:
    if order.rating not in range(1, 6):
        return Bar("A rating is a whole number from 1 to 5.")
    return [written("rated", order, scene, rating=order.rating)]


def _archive_bar(state: CaseState, rules: CaseRules) -> str | None:
    """CA-20: nobody who must know is left out; HZ-06: an approval was published everywhere."""
    missing = missing_audiences(state, rules)
    if missing:
        return f"Tell first: {', '.join(missing)} (`feed_back`)."
    if wants_revisit(state, rules):
        return "Visit again first: `revisit`."
    if state.progress.path == "approval":
        levels = [level for level in rules.levels if level not in state.progress.published]
        if levels:
            return f"Publish first at: {', '.join(levels)} (`publish`)."
    return None


DEEDS: dict[Action, Deed] = {
    "feed_back": Deed(
        brings=_feed_back, takes=("note", "photos", "audience"), needs=always("audience", "note")
    ),
    "revisit": Deed(
        brings=_revisit,
        takes=("note", "photos", "satisfied"),
        needs=always("satisfied"),
        bar=_revisit_bar,
    ),
    "rate": Deed(brings=_rate, takes=("note", "photos", "rating"), needs=always("rating")),
    "archive": Deed(
        brings=lambda _, order, scene: [written("archived", order, scene)], bar=_archive_bar
    ),
}
