"""Sharing: a case split among several (CA-13), or made one with another."""

from __future__ import annotations

import msgspec

from hub.cases.deed import Bar, Deed, Lack, Order, Outcome, Scene, always
from hub.cases.lifecycle import CaseRules
from hub.cases.state import CaseState, Task
from hub.cases.vocabulary import Action
from hub.cases.written import written


def _split(state: CaseState, order: Order, scene: Scene) -> Outcome:
    if order.lead is None and order.to is None:
        return Lack("lead", "Say in `lead` or `to` who does this part.")
    due = order.due or state.due
    if due is None:
        return Lack("due", "No assignment without a deadline: say in `due` until when.")
    if order.due is not None and order.due <= scene.now:
        return Lack("due", "The deadline has passed already.")
    coordinator = order.coordinator or state.progress.coordinator
    if coordinator is None:
        return Lack("coordinator", "Name in `coordinator` who holds the parts together.")
    task = Task(
        id=len(state.progress.tasks) + 1,
        title=(order.title or "").strip(),
        lead=order.lead,
        to=order.to,
        due=due,
    )
    return [written("split", order, scene, task=msgspec.to_builtins(task), coordinator=coordinator)]


def _change(state: CaseState, order: Order, scene: Scene) -> Outcome:
    task = next((one for one in state.progress.tasks if one.id == order.task), None)
    if task is None:
        return Lack("task", "There is no such sub-task; `case.tasks` lists them.")
    if task.state == order.change or (order.change == "back" and task.pending):
        return Bar(f"Sub-task {task.id} is there already.")
    return [written("task_changed", order, scene, task=task.id, change=order.change)]


def _change_bar(state: CaseState, _rules: CaseRules) -> str | None:
    return None if state.progress.tasks else "The case is not split."


def _merge(_state: CaseState, order: Order, scene: Scene) -> Outcome:
    if scene.into is None:
        return Lack("into", "Name in `into` the id of another open case.")
    return [written("merged", order, scene, number=scene.into, by="person")]


DEEDS: dict[Action, Deed] = {
    "split": Deed(
        brings=_split,
        takes=("note", "photos", "title", "lead", "to", "due", "coordinator"),
        needs=always("title"),
    ),
    "change_task": Deed(
        brings=_change,
        takes=("note", "photos", "task", "change"),
        needs=always("task", "change", "note"),
        bar=_change_bar,
    ),
    "merge": Deed(brings=_merge, takes=("note", "photos", "into"), needs=always("into", "note")),
}
