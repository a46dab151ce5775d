"""Build: the detectors that a plan's active rules ask for, by the name of their state."""

from __future__ import annotations

from typing import Any

from hub.anomalies.detectors import Detector, Second
from hub.anomalies.detectors.breach import worst_first
from hub.anomalies.detectors.denials import Denials
from hub.anomalies.detectors.door import Door
from hub.anomalies.detectors.group import Group
from hub.anomalies.detectors.held import Held
from hub.anomalies.detectors.limit import Limit
from hub.anomalies.detectors.passback import Passback
from hub.anomalies.detectors.presence import Presence
from hub.anomalies.detectors.rate import Rate
from hub.anomalies.detectors.reason import Said
from hub.anomalies.detectors.repeated import Repeated
from hub.anomalies.detectors.silence import of_agents, of_devices
from hub.anomalies.detectors.state import State
from hub.anomalies.detectors.stuck import Stuck
from hub.anomalies.detectors.travel import Travel
from hub.anomalies.detectors.trend import Trend
from hub.anomalies.detectors.worse import Worse
from hub.anomalies.roster import Roster
from hub.plans.domain import (
    AgentRule,
    DenialsRule,
    DoorRule,
    GroupRule,
    HeldRule,
    LimitRule,
    PassbackRule,
    Plan,
    PresenceRule,
    RateRule,
    ReasonRule,
    RepeatedRule,
    SilenceRule,
    StateRule,
    StuckRule,
    TravelRule,
    TrendRule,
)

_WORSE = "/worse"  # of all rules together; the others are named like theirs


def build_detectors(plan: Plan, spots: Roster) -> dict[str, Detector[Any]]:
    """Detectors by name; limit rules of one quantity of one kind of device share one."""
    detectors: dict[str, Detector[Any]] = {}
    limits: dict[str, dict[str, LimitRule]] = {}
    for name, rule in plan.active().items():
        match rule:
            case LimitRule():
                limits.setdefault(f"{rule.watches}/{rule.quantity}", {})[name] = rule
            case RateRule():
                detectors[name] = Rate(name, rule, spots)
            case StuckRule():
                detectors[name] = Stuck(name, rule, spots)
            case StateRule():
                detectors[name] = State(name, rule, spots)
            case PresenceRule():
                detectors[name] = Presence(name, rule, spots)
            case DoorRule():
                detectors[name] = Door(name, rule, spots)
            case HeldRule():
                detectors[name] = Held(name, rule, spots)
            case ReasonRule():
                detectors[name] = Said(name, rule, spots)
            case DenialsRule():
                detectors[name] = Denials(name, rule, spots)
            case PassbackRule():
                detectors[name] = Passback(name, rule, spots)
            case TravelRule():
                detectors[name] = Travel(name, rule, spots)
            case SilenceRule():
                detectors[name] = of_devices(name, rule, spots)
            case AgentRule():
                agents = sorted({spot.agent for spot in spots.values()})
                detectors[name] = of_agents(name, rule, agents)
            case TrendRule():
                detectors[name] = Trend(name, rule, spots)
            case RepeatedRule():
                detectors[name] = Repeated(name, rule, spots)
            case GroupRule():
                pass  # it works on what the others find
    for watched, rules in limits.items():
        detectors[watched] = Limit(worst_first(rules), spots)
    return detectors


def build_seconds(plan: Plan, spots: Roster) -> dict[str, Second[Any]]:
    """What works on the findings of the detectors, in the order in which they do."""
    rules = plan.active().items()
    counting = {
        name: Repeated(name, rule, spots)
        for name, rule in rules
        if isinstance(rule, RepeatedRule) and rule.rule is not None
    }
    grouping = {
        name: Group(name, rule, spots) for name, rule in rules if isinstance(rule, GroupRule)
    }
    return {**counting, **grouping, _WORSE: Worse()}
