"""Rules of escalation that a plan sets: the table `[escalation]`."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated, Literal

import msgspec

from hub.deadlines.check import wrong_limit
from hub.deadlines.count import Span
from hub.deadlines.rules import Limit

Count = Annotated[int, msgspec.Meta(ge=1)]
Climb = Literal["overdue", "push_up"]


class EscalationRules(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """When the next higher grid is urged, and when it takes a case over.

    It is urged after each so many `reworks`, and `transfers` that nobody received. It takes over
    what runs into one of `climbs`: `overdue`, or beyond authority and not passed on (`push_up`).
    What is still overdue goes up once more after each `again`, an emergency after
    `again_emergency`.
    """

    reworks: Count = 3
    transfers: Count = 3
    climbs: tuple[Climb, ...] = ("overdue", "push_up")
    again: Limit = Limit(amount=1, unit="working_days", source="ours")
    again_emergency: Limit = Limit(
        amount=15, unit="minutes", source="ours (ca.interim_measure_min)"
    )
    source: dict[str, str] = {}

    def again_after(self, grade: str) -> Span | None:
        """How long a level has a case that is overdue, before the next one gets it."""
        return (self.again_emergency if grade == "emergency" else self.again).span


DEFAULT_ESCALATION = EscalationRules()


def wrong_escalation(rules: EscalationRules) -> Iterator[str]:
    """What keeps the rules from taking effect."""
    for name in ("reworks", "transfers"):
        if getattr(rules, name) != getattr(DEFAULT_ESCALATION, name) and name not in rules.source:
            yield f'escalation: {name} has no source; "ours" is one too'
    for name in ("again", "again_emergency"):
        limit: Limit = getattr(rules, name)
        yield from (f"escalation: {name} {text}" for text in wrong_limit(limit))
        if limit.at_issue:
            yield f"escalation: {name} needs an amount; nobody is there to say it at issue"
