"""Check: why a plan may not take effect, all reasons at once."""

from __future__ import annotations

from collections.abc import Iterator

import msgspec

from hub.plans.domain import (
    AgentRule,
    AnyRule,
    DoorRule,
    LimitRule,
    Plan,
    PlanError,
    PresenceRule,
    SilenceRule,
)

_LIMITS: dict[type[msgspec.Struct], tuple[str, ...]] = {
    LimitRule: ("limit", "clear"),
    PresenceRule: ("min_score", "duration_s"),
    DoorRule: ("grant_before_s",),
    SilenceRule: ("missed",),
    AgentRule: ("silent_s",),
}


class Problem(msgspec.Struct, frozen=True):
    """One thing to mend in the rule of that name."""

    rule: str
    text: str


class PlanRefusedError(PlanError):
    """The plan has problems and may not take effect."""

    def __init__(self, plan: Plan, problems: list[Problem]) -> None:
        self.problems = problems
        told = "; ".join(problem.text for problem in problems)
        super().__init__(f"plan {plan.name} needs mending: {told}")


def accepted(plan: Plan) -> Plan:
    """The same plan, fit to judge by.

    Raises:
        PlanRefusedError: `check_plan` finds problems.
    """
    problems = check_plan(plan)
    if problems:
        raise PlanRefusedError(plan, problems)
    return plan


def check_plan(plan: Plan) -> list[Problem]:
    """Everything that keeps the plan from taking effect; empty if nothing does."""
    return [
        problem
        for name, rule in plan.rules.items()
        for problem in (
            *_without_limit(name, rule),
            *_without_source(name, rule),
            *_wrong_clearing(name, rule),
            *_wrong_superseding(name, rule, plan),
        )
    ]


def _without_limit(name: str, rule: AnyRule) -> Iterator[Problem]:
    if not rule.enabled:
        return
    for key in _LIMITS[type(rule)]:
        if getattr(rule, key) is None:
            yield Problem(
                name, f"rule {name} has no {key}: set it, or switch the rule off (enabled = false)"
            )


def _without_source(name: str, rule: AnyRule) -> Iterator[Problem]:
    for key, default in ((f.encode_name, f.default) for f in msgspec.structs.fields(rule)):
        value = getattr(rule, key)
        number = isinstance(value, int | float) and not isinstance(value, bool)
        if number and value != default and key not in rule.source:
            yield Problem(name, f'rule {name}: {key} = {value} has no source; "ours" is one too')


def _wrong_clearing(name: str, rule: AnyRule) -> Iterator[Problem]:
    if not isinstance(rule, LimitRule) or rule.limit is None or rule.clear is None:
        return
    below = rule.side == "below"
    if rule.clear < rule.limit if below else rule.clear > rule.limit:
        way = "below" if below else "above"
        yield Problem(
            name, f"rule {name} clears at {rule.clear}, {way} its limit {rule.limit}: it would flap"
        )


def _wrong_superseding(name: str, rule: AnyRule, plan: Plan) -> Iterator[Problem]:
    milder = rule.supersedes
    if milder is None:
        return
    if milder == rule.kind:
        yield Problem(name, f"rule {name} supersedes its own kind")
        return
    if not isinstance(rule, LimitRule):
        yield Problem(name, f"rule {name} cannot supersede: only rules of one quantity can")
        return
    watched = {
        (other.watches, other.quantity)
        for other in plan.rules.values()
        if isinstance(other, LimitRule) and other.kind == milder
    }
    if (rule.watches, rule.quantity) not in watched:
        yield Problem(
            name, f"rule {name} supersedes {milder}, which watches another device or quantity"
        )
