"""Waits: how long the rules of a plan wait on purpose before they raise, by kind."""

from __future__ import annotations

from hub.plans.domain import AgentRule, HeldRule, Plan


def waits_of(plan: Plan) -> dict[str, float]:
    """Seconds from the beginning of a true event to its anomaly, for each kind that is judged.

    Silent devices are told by the truth from the moment they count as silent.
    """
    waits: dict[str, float] = {}
    for rule in plan.active().values():
        seconds: float | None = getattr(rule, "duration_s", None)
        if isinstance(rule, AgentRule):
            seconds = rule.silent_s
        if isinstance(rule, HeldRule):
            seconds = rule.open_s
        seconds = seconds or 0.0
        waits[rule.kind] = min(seconds, waits.get(rule.kind, seconds))
    return waits


def worse_of(plan: Plan) -> dict[str, frozenset[str]]:
    """By kind, the kinds that keep it from opening a case of its own: they tell of it as well."""
    worse: dict[str, set[str]] = {}
    for rule in plan.active().values():
        for milder in rule.supersedes:
            worse.setdefault(milder, set()).add(rule.kind)
    return {kind: frozenset(kinds) for kind, kinds in worse.items()}
