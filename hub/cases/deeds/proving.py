"""Proving: rechecked on site, closed only when the sensor agrees or somebody answers for it."""

from __future__ import annotations

from hub.cases.deed import Bar, Deed, Lack, Order, Outcome, Scene, always
from hub.cases.lifecycle import CaseRules
from hub.cases.occasions import due_audiences, missing_audiences, occasions
from hub.cases.state import CaseState
from hub.cases.vocabulary import REPORT, Action, Field, PersonId, Right
from hub.cases.written import written

RECHECK: Right = "cases.recheck"
CLOSE: Right = "cases.close"


def proven(state: CaseState) -> bool:
    """Whether no sensor still says that the danger lasts; what only people saw asks no sensor."""
    return all(breach.partition("@")[0] == REPORT for breach in state.breaches)


def _separate(state: CaseState, rules: CaseRules) -> bool:
    return state.grade in rules.another_rechecks


def _recheck_right(state: CaseState, rules: CaseRules) -> Right | None:
    return RECHECK if _separate(state, rules) else None


def _solver(state: CaseState, rules: CaseRules) -> frozenset[PersonId]:
    """CA-19: who solved a serious or major hazard doesn't recheck it; HZ-09: nor who reported it
    where nobody has confirmed the report yet."""
    handler = state.progress.handler
    solvers = [handler] if handler is not None and _separate(state, rules) else []
    return frozenset((*solvers, *(state.progress.reporters if state.unscreened else ())))


def _close(state: CaseState, order: Order, scene: Scene) -> Outcome:
    unsolvable = state.stage == "unsolvable"
    now = scene.now
    audiences = due_audiences(state, scene.rules)
    visited = set(scene.rules.revisit) & occasions(state)
    return [
        written(
            "closed",
            order,
            scene,
            outcome="unsolvable" if unsolvable else None,
            proven=True if proven(state) and not unsolvable else None,
            feedback_by=scene.limit("feedback", now) if audiences else None,
            revisit_by=scene.limit("revisit", now) if visited else None,
        )
    ]


def _close_bar(state: CaseState, rules: CaseRules) -> str | None:
    """CA-23: who asked is shown why it cannot be done before the case ends."""
    if state.stage != "unsolvable":
        return None
    missing = [one for one in missing_audiences(state, rules) if one == "reporter"]
    return "Show the reporter first why it cannot be done: `feed_back`." if missing else None


def _answered_for(state: CaseState) -> bool:
    return state.stage == "unsolvable" or not proven(state)


def _close_needs(state: CaseState, _rules: CaseRules) -> tuple[Field, ...]:
    return ("note",) if _answered_for(state) else ()


def _close_right(state: CaseState, _rules: CaseRules) -> Right | None:
    return CLOSE if _answered_for(state) else None


def _reopen(state: CaseState, order: Order, scene: Scene) -> Outcome:
    if state.progress.outcome == "merged":
        return Bar(f"The case went into {state.progress.into}: go on there.")
    due = order.due or scene.limit("department", scene.now)
    if due is not None and due <= scene.now:
        return Lack("due", "The deadline has passed already.")
    return [written("reopened", order, scene, to=state.owner, due=due, why="decided")]


DEEDS: dict[Action, Deed] = {
    "verify": Deed(
        brings=lambda _, order, scene: [written("verified", order, scene, by="person")],
        needs=always("note"),
        right=_recheck_right,
        not_by=_solver,
    ),
    "fail_recheck": Deed(
        brings=lambda state, order, scene: [
            written("recheck_failed", order, scene, to=state.owner)
        ],
        needs=always("note"),
    ),
    "close": Deed(brings=_close, needs=_close_needs, bar=_close_bar, right=_close_right),
    "reopen": Deed(brings=_reopen, takes=("note", "photos", "due"), needs=always("note")),
}
