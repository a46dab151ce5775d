"""Plans: rules as data, each with its limits, grade and deadline, and the source of every number.

Durations are seconds unless the key says otherwise. A value that the sources leave unset stands
in no plan that we ship: its rule is kept switched off until an operator sets it.
"""

from __future__ import annotations

from typing import Annotated, Literal, TypeAlias

import msgspec

from hub.anomalies.domain import AnomalyKind, Grade
from hub.sites.domain import DeviceKind, Name
from hub.sites.rules import NO_RULES, GridRules

FORMAT = 1  # of the plan file

Seconds = Annotated[float, msgspec.Meta(ge=0)]


class PlanError(ValueError):
    """A plan that cannot be taken as it is; the text says what to mend."""


class Rule(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What every rule has.

    `grade` and `due_minutes` go to the case that it opens. `source` names, key by key, where each
    number comes from: a standard with its clause, a line of the source documents, or "ours".
    `supersedes` names a milder kind: while this rule is broken, that one opens nothing of its own.
    """

    kind: AnomalyKind
    grade: Grade
    due_minutes: Annotated[int, msgspec.Meta(gt=0)]
    source: dict[str, str]
    enabled: bool = True
    supersedes: AnomalyKind | None = None


class LimitRule(Rule, frozen=True, kw_only=True, tag_field="detector", tag="limit"):
    """A quantity beyond its limit for `duration_s`; good again past `clear` for `clear_s`.

    `side = "below"` breaks the rule at value < limit and clears it at value ≥ clear,
    `side = "above"` breaks it at value ≥ limit and clears it at value < clear.
    """

    watches: DeviceKind
    quantity: str
    unit: str
    side: Literal["below", "above"]
    limit: float | None = None
    duration_s: Seconds = 0
    clear: float | None = None
    clear_s: Seconds = 0


class PresenceRule(Rule, frozen=True, kw_only=True, tag_field="detector", tag="presence"):
    """A camera sees `detection` for `duration_s`; it is gone when unseen for `clear_s`.

    A sight scored under `min_score` does not count. While the camera sees `blinded_by`, it
    cannot say that anything is gone. `clear_s` also bounds the gaps within one sight.
    """

    detection: str
    min_score: Annotated[float, msgspec.Meta(ge=0, le=1)] | None = None
    duration_s: Seconds | None = None
    clear_s: Seconds
    blinded_by: str | None = None


class DoorRule(Rule, frozen=True, kw_only=True, tag_field="detector", tag="door"):
    """A door's contact opens although none of the door's readers granted anybody.

    A grant counts up to `grant_before_s` before the opening; one that arrives up to
    `grant_after_s` after it still explains it.
    """

    grant_before_s: Seconds | None = None
    grant_after_s: Seconds = 0


class SilenceRule(Rule, frozen=True, kw_only=True, tag_field="detector", tag="silence"):
    """A device misses `missed` of its reports while its agent is heard.

    An agent that is not heard for `agent_gap_s` was away; that time counts against no device.
    """

    watches: list[DeviceKind]
    missed: Annotated[float, msgspec.Meta(gt=0)] | None = None
    agent_gap_s: Annotated[float, msgspec.Meta(gt=0)]


class AgentRule(Rule, frozen=True, kw_only=True, tag_field="detector", tag="agent"):
    """An agent is not heard for `silent_s` while ingest works.

    Ingest that gives no sign for `ingest_gap_s` was down; that time counts against no agent.
    """

    silent_s: Annotated[float, msgspec.Meta(gt=0)] | None = None
    ingest_gap_s: Annotated[float, msgspec.Meta(gt=0)]


AnyRule: TypeAlias = LimitRule | PresenceRule | DoorRule | SilenceRule | AgentRule


class Plan(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One plan: its rules by name, and what it asks of the territory."""

    format: Literal[1]
    name: str
    title: Name
    note: str = ""
    rules: dict[str, AnyRule]
    grids: GridRules = NO_RULES

    def active(self) -> dict[str, AnyRule]:
        """The rules that judge: those that are not switched off."""
        return {name: rule for name, rule in self.rules.items() if rule.enabled}
