"""Waits: how long the rules of a plan wait on purpose before they raise, by kind."""

from __future__ import annotations

from hub.plans.domain import AgentRule, LimitRule, Plan, PresenceRule


def waits_of(plan: Plan) -> dict[str, float]:
    """Seconds from the beginning of a true event to its anomaly, for each kind that is judged.

    Silent devices are told by the truth from the moment they count as silent.
    """
    waits: dict[str, float] = {}
    for rule in plan.active().values():
        seconds = 0.0
        if isinstance(rule, LimitRule | PresenceRule):
            seconds = rule.duration_s or 0.0
        elif isinstance(rule, AgentRule):
            seconds = rule.silent_s or 0.0
        waits[rule.kind] = min(seconds, waits.get(rule.kind, seconds))
    return waits
