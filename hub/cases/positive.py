"""Positive alarm sequence: the general alarm of a smoke case waits while somebody looks. Pure.

NFPA 72, chapter 23: the first alarm is acknowledged within 15 s, else everybody is told at
once; then it may be investigated for up to 180 s; a second detector of the zone overrides. A
detector that is quiet again before that has been reset, and nobody more is told.

The sequence is folded from the case's own events, so that it goes on after any restart. Until the
general alarm only the holder and the stand-in are told (`discovered`), then all (`alarmed`).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

import msgspec

from edge.wire import Micros
from hub.anomalies.domain import AnomalyKind
from hub.cases.domain import Event
from hub.plans.domain import PositiveAlarm
from hub.plans.units import micros

SEQUENCED: frozenset[AnomalyKind] = frozenset(("smoke_alarm",))

Why = Literal["not_acknowledged", "investigated", "second_detector"]


class General(msgspec.Struct, frozen=True):
    """The general alarm is due at `at`, and why."""

    at: Micros
    why: Why


def general_alarm(events: Sequence[Event], terms: PositiveAlarm) -> General | None:
    """When everybody is to be told of a case with these events, as far as is known.

    None: all were told already, the detector was reset in time, or it needs no sequence. An alarm
    that shows again after a reset has to be acknowledged anew.
    """
    if any(event.event == "alarmed" for event in events):
        return None
    if not events or events[0].data.get("kind") not in SEQUENCED:
        return None
    unheard = micros(terms.acknowledge_s)
    due: General | None = General(events[0].at + unheard, "not_acknowledged")
    for event in events[1:]:
        if due is not None and event.at >= due.at:
            return due  # it was due before this happened
        match event.event:
            case "accepted" if due is not None and due.why == "not_acknowledged":
                due = General(event.at + micros(terms.investigate_s), "investigated")
            case "joined" | "worsened":
                return General(event.at, "second_detector")
            case "recurred":
                due = due or General(event.at + unheard, "not_acknowledged")
            case "sensor_recovered":
                due = None
            case "closed" | "merged":
                return None
            case _:
                pass
    return due
