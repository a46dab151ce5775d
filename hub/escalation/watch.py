"""Watch: what the timers need to know of a case beyond its state, folded from its events. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import msgspec

from edge.wire import Micros
from hub.cases.domain import SENSOR, Event, EventName
from hub.deadlines.count import Pause

CALENDAR = "system:calendar"  # who acts when a time has come

# By these the one who has the case shows that it has arrived.
_TAKEN: frozenset[EventName] = frozenset((
    "accepted", "triaged", "dispatched", "returned", "transferred", "handled", "verified",
    "closed", "dismissed", "merged", "looked", "suspended", "declared_unsolvable",
    "measure_taken",
))  # fmt: skip
# What others say of a case moves it no further.
_NO_ACTION: frozenset[EventName] = frozenset((
    "discovered", "recurred", "relapsed", "reported", "worsened", "joined", "coming",
    "sensor_recovered", "pictured", "unpictured", "rated",
))  # fmt: skip
_PASSED_ON: frozenset[EventName] = frozenset((
    "dispatched", "escalated", "transferred", "decided", "handled", "closed", "dismissed", "merged",
))  # fmt: skip
_BACK_FROM_OUTSIDE: frozenset[EventName] = frozenset((
    "returned", "dispatched", "handled", "closed", "escalated", "declared_unsolvable",
))  # fmt: skip


class Watch(msgspec.Struct, frozen=True, kw_only=True):
    """Where a case stands, and since when.

    `level` is the code of the grid whose holder has it, `arrived` since when it is there, `taken`
    whether anybody there has shown so. `acted`: when a person last did something about it.
    `reported`: a person found it. `beyond`: since when it is known to be beyond the holder's
    authority. `pauses`: suspended, or with a body outside. `reworked`: when it was sent back after
    it was thought done. `adrift`: when it was transferred, since a receiver last confirmed.
    `urged`: what was urged already, with the moment that it was due.
    """

    level: str
    arrived: Micros
    acted: Micros
    reported: bool
    taken: bool = False
    beyond: Micros | None = None
    pauses: tuple[Pause, ...] = ()
    reworked: tuple[Micros, ...] = ()
    adrift: tuple[Micros, ...] = ()
    urged: frozenset[tuple[str, Micros]] = frozenset()
    done: bool = False


def watched(events: Iterable[Event], leaf: str) -> Watch:
    """The watch over a case of a leaf grid, from all its events.

    Raises:
        ValueError: there are none.
    """
    watch: Watch | None = None
    for event in events:
        watch = _opened(event, leaf) if watch is None else watched_on(watch, event)
    if watch is None:
        raise ValueError("a case has at least one event")
    return watch


def watched_on(watch: Watch, event: Event) -> Watch:
    """The watch after one more event."""
    name, at = event.event, event.at
    changes: dict[str, Any] = {}
    by_person = not event.actor.startswith("system:")
    if by_person and name not in _NO_ACTION:
        changes["acted"] = at
    if by_person and name in _TAKEN:
        changes["taken"] = True
    if name == "escalated":
        changes |= {"level": event.data["to_grid"], "arrived": at, "taken": False, "adrift": ()}
    changes |= _beyond(event) | _paused(watch, event) | _sent_back(watch, event)
    if name == "transferred":
        changes["adrift"] = (*watch.adrift, at)
    elif name == "received":
        changes["adrift"] = ()
    elif name == "urged" and event.actor == CALENDAR:
        changes["urged"] = watch.urged | {(event.data["why"], event.data["due"])}
    return msgspec.structs.replace(watch, **changes)


def _opened(event: Event, leaf: str) -> Watch:
    return Watch(
        level=leaf,
        arrived=event.at,
        acted=event.at,
        reported=event.data.get("report") is not None,
    )


def _beyond(event: Event) -> dict[str, Any]:
    """Known to be beyond authority: found unsolvable here, or asking others to act or decide."""
    if event.event == "declared_unsolvable":
        return {"beyond": event.at}
    if event.event == "triaged":
        asks = event.data["path"] in ("coordination", "approval")
        return {"beyond": event.at if asks else None}
    return {"beyond": None} if event.event in _PASSED_ON else {}


def _paused(watch: Watch, event: Event) -> dict[str, Any]:
    open_pause = bool(watch.pauses) and watch.pauses[-1].until is None
    if event.event in ("suspended", "transferred"):
        return {} if open_pause else {"pauses": (*watch.pauses, Pause(event.at))}
    if open_pause and (event.event == "resumed" or event.event in _BACK_FROM_OUTSIDE):
        ended = Pause(watch.pauses[-1].starts, event.at)
        return {"pauses": (*watch.pauses[:-1], ended)}
    return {}


def _sent_back(watch: Watch, event: Event) -> dict[str, Any]:
    again = event.event in ("recheck_failed", "reopened", "relapsed") or (
        event.event == "dispatched" and event.actor == SENSOR and watch.done
    )
    changes: dict[str, Any] = {"reworked": (*watch.reworked, event.at)} if again else {}
    if event.event in ("handled", "verified"):
        changes["done"] = True
    elif again or event.event in ("dispatched", "returned", "escalated"):
        changes["done"] = False
    return changes
