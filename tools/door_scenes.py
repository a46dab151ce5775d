"""Door scenes: what `tools.rules_pictures` draws of the rules on doors and cards."""

from __future__ import annotations

from typing import Any, TypeAlias

from edge.sample import Reading
from edge.wire import Direction
from hub.plans.domain import (
    AnyRule,
    DenialsRule,
    HeldRule,
    PassbackRule,
    ReasonRule,
    TravelRule,
)
from ingest.feed import CommittedSwipe

Story: TypeAlias = list[Reading | CommittedSwipe]
DoorScene: TypeAlias = tuple[str, AnyRule, dict[str, str], Story, float]
"""Title, rule, kinds by device, what happens, and until when; `FAR` readers are places apart."""

FAR = {"r1": (0.0, 0.0), "r2": (600.0, 0.0)}
_BASE: dict[str, Any] = {"grade": "general", "due_minutes": 60, "source": {}}


def door_scenes() -> dict[str, DoorScene]:
    """A scene for each of these detectors, by the detector's name."""
    open_door = [
        Reading("d", "open", round(second * 1e6), float(30 <= second < 36 or 90 <= second < 150))
        for second in range(0, 181, 3)
    ]
    granted = [_swipe(28), _swipe(88)]
    way_out = [_swipe(10, person=1), _swipe(20, "r2", person=1, way=Direction.OUT)]
    return {
        "held": (
            "held: open for 30 s, although somebody was granted",
            HeldRule(kind="door_held_open", open_s=30, grant_before_s=8, **_BASE),
            {"d": "door", "r1": "reader"},
            sorted([*open_door, *granted], key=lambda one: one.time),
            180,
        ),
        "reason": (
            "reason: a reader says that it does not know the card",
            ReasonRule(
                kind="unknown_card", reasons=["denied-unknown-credential"], quiet_s=60, **_BASE
            ),
            {"r1": "reader"},
            [_swipe(20), _swipe(50, reason="denied-unknown-credential"), _swipe(140)],
            180,
        ),
        "denials": (
            "denials: 5 within 30 s",
            DenialsRule(kind="repeated_denials", count=5, within_s=30, quiet_s=60, **_BASE),
            {"r1": "reader"},
            [_swipe(at, reason="denied-other") for at in (10, 15, 60, 65, 70, 75, 80, 85)],
            180,
        ),
        "passback": (
            "passback: let in twice without having been let out",
            PassbackRule(kind="passback", reset_s=180, grace_s=5, quiet_s=60, **_BASE),
            {"d": "door", "r1": "reader", "r2": "reader"},
            [*way_out, _swipe(40), _swipe(80)],
            180,
        ),
        "travel": (
            "travel: 600 m apart within 20 s, by one card",
            TravelRule(kind="impossible_travel", speed_m_s=3, quiet_s=60, **_BASE),
            FAR.fromkeys(FAR, "reader"),
            [_swipe(50), _swipe(70, "r2")],
            180,
        ),
    }


def _swipe(
    second: float,
    reader: str = "r1",
    *,
    person: int = 7,
    way: Direction = Direction.IN,
    reason: str = "",
) -> CommittedSwipe:
    granted = not reason.startswith("denied")
    return CommittedSwipe(reader, round(second * 1e6), person, way, granted, reason)
