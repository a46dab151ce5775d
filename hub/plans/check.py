"""Check: why a plan may not take effect, all reasons at once."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import msgspec

from hub.cases.graph import wrong_lifecycle
from hub.deadlines.check import calendar_warnings, wrong_calendar, wrong_deadlines
from hub.escalation.rules import wrong_escalation
from hub.files.rules import wrong_file_rules
from hub.open311.rules import wrong_open311
from hub.plans.categories import wrong_categories
from hub.plans.domain import (
    AgentRule,
    AnyRule,
    DenialsRule,
    DoorRule,
    GroupRule,
    HeldRule,
    LimitRule,
    PassbackRule,
    Plan,
    PlanError,
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
from hub.plans.door_rules import wrong_door_rule
from hub.plans.references import wrong_references
from hub.plans.stock import wrong_stock
from hub.rights.roles import wrong_roles
from hub.units.rules import wrong_unit_rules

# What each rule needs to judge; of several joined by "|", one.
_LIMITS: dict[type[msgspec.Struct], tuple[str, ...]] = {
    LimitRule: ("limit", "clear|quiet_s"),
    RateRule: ("per_minute", "clear_per_minute"),
    StuckRule: ("duration_s",),
    TrendRule: ("sample_s", "least_deviation"),
    StateRule: ("duration_s",),
    RepeatedRule: ("rule|detection|state", "count", "within_s", "quiet_s"),
    GroupRule: ("within_s",),
    PresenceRule: ("min_score", "duration_s"),
    DoorRule: ("grant_before_s",),
    HeldRule: ("open_s",),
    ReasonRule: ("quiet_s",),
    DenialsRule: ("count", "within_s", "quiet_s"),
    PassbackRule: ("reset_s", "quiet_s"),
    TravelRule: ("speed_m_s", "quiet_s"),
    SilenceRule: ("missed|silent_s",),
    AgentRule: ("silent_s",),
}
_ONE_ONLY = ("clear|quiet_s", "rule|detection|state", "missed|silent_s")


class Problem(msgspec.Struct, frozen=True):
    """One thing to mend in the rule or category of that name."""

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
    sections = (
        *wrong_unit_rules(plan.units),
        *wrong_file_rules(plan.files),
        *wrong_open311(plan.open311),
        *wrong_calendar(plan.calendar),
        *wrong_deadlines(plan.deadlines, frozenset(plan.categories)),
        *wrong_escalation(plan.escalation),
        *wrong_lifecycle(plan.cases),
    )
    found = [*_wrong_zone(plan), *(Problem("", text) for text in sections)]
    for name, rule in plan.rules.items():
        found += _without_limit(name, rule)
        found += _without_source(name, rule)
        found += _wrong_clearing(name, rule)
        found += [Problem(name, text) for text in wrong_references(name, rule, plan)]
        found += [Problem(name, text) for text in wrong_door_rule(name, rule)]
    found += [Problem("", text) for text in wrong_roles(plan.roles)]
    if plan.verification.within_minutes is not None and not plan.verification.source:
        found.append(Problem("", 'verification has no source; "ours" is one too'))
    wrong = list(wrong_categories(plan.categories, plan.departments, plan.kinds))
    wrong += wrong_stock(plan.stock)
    return found + [Problem(name, text) for name, text in wrong]


def plan_warnings(plan: Plan, today: date) -> list[str]:
    """What its author should know of a plan that may take effect nevertheless."""
    return list(calendar_warnings(plan.calendar, today))


def _wrong_zone(plan: Plan) -> Iterator[Problem]:
    try:
        ZoneInfo(plan.time_zone)
    except (ZoneInfoNotFoundError, ValueError):
        yield Problem("", f'there is no time zone {plan.time_zone}: write one like "Asia/Shanghai"')


def _without_limit(name: str, rule: AnyRule) -> Iterator[Problem]:
    for keys in _LIMITS[type(rule)]:
        given = [key for key in keys.split("|") if getattr(rule, key) is not None]
        if len(given) > 1 and keys in _ONE_ONLY:
            yield Problem(name, f"rule {name} has {' and '.join(given)}: keep one of them")
        if not given and rule.enabled:
            missing = keys.replace("|", " or ")
            yield Problem(
                name,
                f"rule {name} has no {missing}: set it, or switch the rule off (enabled = false)",
            )


def _without_source(name: str, rule: AnyRule) -> Iterator[Problem]:
    for key, default in ((f.encode_name, f.default) for f in msgspec.structs.fields(rule)):
        value = getattr(rule, key)
        number = isinstance(value, int | float) and not isinstance(value, bool)
        if number and value != default and key not in rule.source:
            yield Problem(name, f'rule {name}: {key} = {value} has no source; "ours" is one too')


def _wrong_clearing(name: str, rule: AnyRule) -> Iterator[Problem]:
    match rule:
        case LimitRule(
            side="below", limit=float() | int() as limit, clear=float() | int() as clear
        ):
            flaps, way = clear < limit, "below"
        case LimitRule(
            side="above", limit=float() | int() as limit, clear=float() | int() as clear
        ):
            flaps, way = clear > limit, "above"
        case RateRule(
            per_minute=float() | int() as limit, clear_per_minute=float() | int() as clear
        ):
            flaps, way = clear > limit, "above"
        case _:
            return
    if flaps:
        yield Problem(
            name, f"rule {name} clears at {clear}, {way} its limit {limit}: it would flap"
        )
