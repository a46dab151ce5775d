"""What the tests of escalation are made of: a case of a small grid, its log, and who is around."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

import msgspec

from hub.cases.domain import Event, EventName, fold
from hub.escalation.lapse import Around, Lapsed, lapse
from hub.escalation.terms import terms_of
from hub.escalation.timers import Terms, Timer, timers
from hub.escalation.watch import watched
from hub.plans.read import shipped_plan
from hub.roster.domain import Leave, Post
from ingest import clock

PLAN = shipped_plan("campus")
PATH = ("town", "village", "grid")
SECOND, MINUTE, HOUR, DAY = 1_000_000, 60_000_000, 3_600_000_000, 86_400_000_000
POSTS = (
    Post(grid="grid", warden="warden", stand_in="stand-in"),
    Post(grid="village", warden="village-chief", stand_in=None),
    Post(grid="town", warden="town-head", stand_in="town-deputy"),
)


def at(text: str) -> int:
    """A time on the wall in China."""
    wall = datetime.fromisoformat(text).replace(tzinfo=ZoneInfo("Asia/Shanghai"))
    return clock.micros(wall)


OPENED = at("2026-11-25 09:00")  # a Wednesday


def event(name: EventName, when: int, actor: str = "warden", **data: Any) -> Event:
    return Event(event=name, at=when, actor=actor, note="…", data=data)


def opened(when: int = OPENED, *, report: bool = True, **changes: Any) -> Event:
    data: dict[str, Any] = {
        "kind": "other_hazard", "device": "place:yard", "rule": "report", "grade": "general",
        "warden": "warden", "due": None, "value": None, "limit": None, "unit": "",
        "quantity": "",
    }  # fmt: skip
    if report:
        data["report"] = 1
    return event("discovered", when, "resident" if report else "system:sensor", **(data | changes))


def terms() -> Terms:
    return terms_of(PLAN, "other_hazard", PATH)


def around(leaves: Sequence[Leave] = (), posts: Sequence[Post] = POSTS) -> Around:
    return Around(posts=tuple(posts), leaves=tuple(leaves), desk=("desk",), acknowledge_s=300)


def drawn(log: Sequence[Event]) -> dict[str, int]:
    """What falls due in a case of that log."""
    return {timer.name: timer.due for timer in all_timers(log)}


def all_timers(log: Sequence[Event]) -> list[Timer]:
    return timers(fold(log), watched(log, "grid"), terms())


def lapsed(log: Sequence[Event], now: int, there: Around | None = None) -> Lapsed:
    """What is due in a case of that log."""
    return lapse(fold(log), watched(log, "grid"), terms(), there or around(), now)


def run(log: Sequence[Event], now: int, there: Around | None = None) -> list[Event]:
    """The log after what was due has happened."""
    return [*log, *lapsed(log, now, there).events]


def words(log: Sequence[Event]) -> list[tuple[str, str | None]]:
    """Each event with why it came."""
    return [(one.event, one.data.get("why") or one.data.get("reason")) for one in log]


def replaced(post: int, **changes: Any) -> tuple[Post, ...]:
    return tuple(
        msgspec.structs.replace(one, **changes) if number == post else one
        for number, one in enumerate(POSTS)
    )
