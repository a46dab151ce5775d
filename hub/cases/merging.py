"""Merging: what one case takes over from another that a person made part of it. Pure."""

from __future__ import annotations

from edge.wire import Micros
from hub.cases.news import absorb
from hub.cases.state import CaseState, Event
from hub.cases.vocabulary import PersonId


def absorbed(
    state: CaseState, number: str, other: CaseState, *, by: PersonId, now: Micros
) -> list[Event]:
    """The other's number, its reporters, who are told of the result too, and what is broken."""
    reporters = other.progress.reporters
    facts = {"merged": number} | ({"reporters": dict(reporters)} if reporters else {})
    taken = Event(event="noted", at=now, actor=by, data=facts)
    return [taken, *absorb(state, other, now=now)]
