"""Assigning: to whom and until when; back with a reason, one level up, out of jurisdiction."""

from __future__ import annotations

from hub.cases.deed import Bar, Deed, Lack, Order, Outcome, Scene, always
from hub.cases.lifecycle import CaseRules
from hub.cases.state import CaseState
from hub.cases.vocabulary import Action, Field, Right
from hub.cases.written import written

ASSIGN: Right = "cases.assign"


def _dispatch(state: CaseState, order: Order, scene: Scene) -> Outcome:
    """A task has a lead, cooperating and implementing unit (CA-14) and a deadline (CA-07)."""
    progress = state.progress
    person = order.to or state.owner or state.warden
    if person is None:
        return Lack("to", "The grid has no warden: name in `to` whom the case is dispatched to.")
    if person not in (state.owner, scene.by.person) and not scene.by.has(ASSIGN):
        return Bar(f"To give the case to somebody else needs the right `{ASSIGN}`.", whose=True)
    if scene.not_admitted is not None:
        return Bar(scene.not_admitted)
    due = order.due
    if due is not None:
        latest = state.due or scene.limit("department", scene.now)
        if due <= scene.now or (latest is not None and due > latest):
            return Lack("due", "Say a time to come, within the limit; `ask_extension` for more.")
    elif state.due is None:
        due = scene.limit("department", scene.now)
        if due is None:
            return Lack("due", "No assignment without a deadline: say in `due` until when.")
    lead = order.lead or progress.lead
    if lead is None and progress.path == "coordination":
        return Lack("lead", "Coordination goes to a department: name it in `lead`.")
    cooperating = order.cooperating
    task = written(
        "dispatched",
        order,
        scene,
        to=person,
        due=due,
        lead=lead,
        cooperating=list(progress.cooperating if cooperating is None else cooperating) or None,
        implementing=order.implementing or progress.implementing or lead,
    )
    return [task]


def _dispatch_bar(state: CaseState, _rules: CaseRules) -> str | None:
    """HZ-06: an approval is carried out when the committee and the department agree."""
    if state.progress.path != "approval":
        return None
    missing = [body for body in ("committee", "department") if not state.progress.decided.get(body)]
    return None if not missing else f"The {' and the '.join(missing)} must agree first: `decide`."


def _return(state: CaseState, order: Order, scene: Scene) -> Outcome:
    back = state.progress.dispatcher or state.owner or state.warden
    return [written("returned", order, scene, to=back)]


def _escalate(_state: CaseState, order: Order, scene: Scene) -> Outcome:
    """CA-08: one level at a time, with a reason."""
    if scene.above is None:
        return Bar("Nobody answers above the one who has the case.")
    up = scene.above
    return [
        written(
            "escalated",
            order,
            scene,
            to=up.person,
            from_grid=up.from_grid,
            to_grid=up.to_grid,
            reason=order.note.strip(),
            acknowledge_by=up.acknowledge_by,
        )
    ]


def _transfer(_state: CaseState, order: Order, scene: Scene) -> Outcome:
    due = order.due or scene.limit("transfer", scene.now)
    if due is None or due <= scene.now:
        return Lack("due", "Say in `due` until when the receiver must close it; later than now.")
    return [written("transferred", order, scene, receiver=order.receiver, due=due)]


def _receive_bar(state: CaseState, _rules: CaseRules) -> str | None:
    return "The receipt is here already." if state.progress.receipt else None


_UNITS: tuple[Field, ...] = ("note", "photos", "to", "lead", "cooperating", "implementing", "due")

DEEDS: dict[Action, Deed] = {
    "dispatch": Deed(brings=_dispatch, takes=_UNITS, bar=_dispatch_bar),
    "return": Deed(brings=_return, needs=always("note")),
    "escalate": Deed(brings=_escalate, needs=always("note")),
    "transfer": Deed(
        brings=_transfer,
        takes=("note", "photos", "receiver", "due"),
        needs=always("receiver", "note"),
    ),
    "receive": Deed(
        brings=lambda _, order, scene: [written("received", order, scene)],
        needs=always("note"),
        bar=_receive_bar,
    ),
}
