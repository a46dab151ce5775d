"""Progressing: what each event changes in the progress of a case. Pure."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeAlias

import msgspec

from hub.cases.state import CaseState, Event, Progress, Task
from hub.cases.vocabulary import REPORT, SENSOR, EventName

Changes: TypeAlias = dict[str, Any]
_Change: TypeAlias = Callable[[CaseState, Event], Changes]


def progressed(state: CaseState, event: Event) -> Progress:
    """The progress after an event; the state is the one before it."""
    progress = state.progress
    changes: Changes = {}
    photos = len(event.data.get("photos", ()))
    if photos:
        changes["photos"] = progress.photos + photos
    change = _CHANGES.get(event.event)
    if change is not None:
        changes |= change(state, event)
    return msgspec.structs.replace(progress, **changes) if changes else progress


def _reported(state: CaseState, event: Event) -> Changes:
    """Another report, of another role, is itself the second word; so is a sensor's."""
    progress = state.progress
    if not event.data.get("report"):
        sensor = progress.screening == "needed" and event.data.get("rule") != REPORT
        return {"screening": "upheld"} if sensor else {}
    role = event.data.get("role")
    changes: Changes = {"reporters": {**progress.reporters, event.actor: role}}
    other_role = role is not None and role not in progress.reporters.values()
    if progress.screening == "needed" and other_role and event.actor not in progress.reporters:
        changes["screening"] = "upheld"
    return changes


def _worsened(state: CaseState, event: Event) -> Changes:
    measure_by = event.data.get("measure_by")
    asked = {} if measure_by is None or state.progress.measures else {"measure_by": measure_by}
    return _reported(state, event) | asked


def _screened(_state: CaseState, event: Event) -> Changes:
    return {"screening": "upheld" if event.data["upheld"] else "rejected"}


def _triaged(state: CaseState, event: Event) -> Changes:
    return {
        "path": event.data["path"],
        "on_site": state.progress.on_site or bool(event.data.get("on_site")),
        "triage_by": None,
        "measure_by": event.data.get("measure_by", state.progress.measure_by),
    }


def _dispatched(state: CaseState, event: Event) -> Changes:
    data, progress = event.data, state.progress
    again = event.actor == SENSOR and state.stage in ("handled", "verified")
    return {
        "reworks": progress.reworks + again,
        "lead": data.get("lead", progress.lead),
        "cooperating": tuple(data.get("cooperating", progress.cooperating)),
        "implementing": data.get("implementing", progress.implementing),
        "dispatcher": progress.dispatcher if event.actor == SENSOR else event.actor,
        "triage_by": None,
        "receiver": None,
        "receipt": False,
        "proof": None,
    }


def _returned(state: CaseState, _event: Event) -> Changes:
    return {"returns": state.progress.returns + 1, "receiver": None, "receipt": False}


def _escalated(state: CaseState, _event: Event) -> Changes:
    return {"escalations": state.progress.escalations + 1, "extension": None, "unsolvable": ""}


def _transferred(state: CaseState, event: Event) -> Changes:
    return {
        "receiver": event.data["receiver"],
        "receipt": False,
        "transfers": state.progress.transfers + 1,
    }


def _handled(_state: CaseState, event: Event) -> Changes:
    return {
        "handler": event.actor,
        "dissuaded": bool(event.data.get("dissuaded")),
        "triage_by": None,
        "extension": None,
        "feedback_by": event.data.get("feedback_by"),
    }


def _verified(state: CaseState, event: Event) -> Changes:
    """The first word of a second role may be that of the recheck (HZ-19)."""
    confirmed = {"screening": "upheld"} if state.progress.screening == "needed" else {}
    return {"proof": event.data["by"], "measure_until": None} | confirmed


def _recheck_failed(state: CaseState, _event: Event) -> Changes:
    return {"reworks": state.progress.reworks + 1, "proof": None}


def _closed(_state: CaseState, event: Event) -> Changes:
    return {
        "outcome": event.data.get("outcome", "solved"),
        "ended": event.at,
        "feedback_by": event.data.get("feedback_by"),
        "revisit_by": event.data.get("revisit_by"),
        "measure_until": None,
    }


def _dismissed(_state: CaseState, event: Event) -> Changes:
    return {"outcome": "dismissed", "ended": event.at}


def _merged(_state: CaseState, event: Event) -> Changes:
    return {"outcome": "merged", "ended": event.at, "into": event.data["number"]}


def _reopened(state: CaseState, _event: Event) -> Changes:
    return {
        "reopenings": state.progress.reopenings + 1,
        "outcome": None,
        "ended": None,
        "proof": None,
        "feedback_by": None,
        "fed_back": (),
        "revisit_by": None,
        "satisfied": False if state.progress.satisfied is False else None,
        "unsolvable": "",
    }


def _absorbed(state: CaseState, event: Event) -> Changes:
    """What a case that was merged into this one brings along."""
    more = event.data.get("reporters")
    return {"reporters": {**more, **state.progress.reporters}} if more else {}


def _measure_taken(state: CaseState, event: Event) -> Changes:
    return {
        "measures": state.progress.measures + 1,
        "measure_by": None,
        "measure_until": event.data.get("until"),
    }


def _fed_back(state: CaseState, event: Event) -> Changes:
    told = state.progress.fed_back
    return {
        "fed_back": (*told, *(one for one in event.data["to"] if one not in told)),
        "feedback_by": None,
    }


def _revisited(_state: CaseState, event: Event) -> Changes:
    return {"satisfied": event.data["satisfied"], "revisit_by": None}


def _suspended(state: CaseState, event: Event) -> Changes:
    return {"held": state.stage, "held_at": event.at, "held_until": event.data.get("until")}


def _split(state: CaseState, event: Event) -> Changes:
    task = msgspec.convert(event.data["task"], Task)
    coordinator = event.data.get("coordinator", state.progress.coordinator)
    return {"tasks": (*state.progress.tasks, task), "coordinator": coordinator}


def _task_changed(state: CaseState, event: Event) -> Changes:
    number, change = event.data["task"], event.data["change"]
    tasks = (
        msgspec.structs.replace(task, state=change) if task.id == number else task
        for task in state.progress.tasks
    )
    return {"tasks": tuple(tasks)}


def _decided(state: CaseState, event: Event) -> Changes:
    return {"decided": {**state.progress.decided, event.data["body"]: event.data["agreed"]}}


def _published(state: CaseState, event: Event) -> Changes:
    return {"published": (*state.progress.published, event.data["level"])}


_CHANGES: dict[EventName, _Change] = {
    "reported": _reported,
    "worsened": _worsened,
    "recurred": _reported,
    "joined": _reported,
    "screened": _screened,
    "accepted": lambda _, event: {"triage_by": event.data.get("triage_by")},
    "triaged": _triaged,
    "dispatched": _dispatched,
    "returned": _returned,
    "escalated": _escalated,
    "transferred": _transferred,
    "received": lambda _, __: {"receipt": True},
    "handled": _handled,
    "verified": _verified,
    "recheck_failed": _recheck_failed,
    "closed": _closed,
    "dismissed": _dismissed,
    "noted": _absorbed,
    "merged": _merged,
    "reopened": _reopened,
    "relapsed": _reopened,
    "measure_taken": _measure_taken,
    "tracked": lambda state, _: {"tracked": state.progress.tracked + 1},
    "fed_back": _fed_back,
    "revisited": _revisited,
    "rated": lambda _, event: {"rating": event.data["rating"]},
    "extension_asked": lambda _, event: {
        "extension": event.data["due"], "extension_by": event.actor
    },
    "extended": lambda state, _: {
        "extension": None, "extensions": state.progress.extensions + 1
    },
    "extension_refused": lambda _, __: {"extension": None},
    "suspended": _suspended,
    "resumed": lambda _, __: {"held": None, "held_at": None, "held_until": None},
    "declared_unsolvable": lambda _, event: {"unsolvable": event.note},
    "split": _split,
    "task_changed": _task_changed,
    "decided": _decided,
    "published": _published,
    "urged": lambda state, _: {"urged": state.progress.urged + 1},
    "listed": lambda _, __: {"listed": True},
    "delisted": lambda _, __: {"listed": False},
}  # fmt: skip
