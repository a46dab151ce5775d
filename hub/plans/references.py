"""References: the kinds, other rules and conditions that a rule names must be there."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from difflib import get_close_matches

from hub.anomalies.domain import KNOWN_KINDS
from hub.plans.domain import (
    AnyRule,
    DenialsRule,
    GroupRule,
    LimitRule,
    Plan,
    ReasonRule,
    RepeatedRule,
    SilenceRule,
    StateRule,
    watched,
)
from hub.plans.when import WhenError, compiled
from hub.sites.domain import KNOWN_DEVICE_KINDS

_COMPARABLE = (LimitRule, SilenceRule, StateRule, DenialsRule)


def wrong_references(name: str, rule: AnyRule, plan: Plan) -> Iterator[str]:
    """What a rule names and there is not."""
    yield from _wrong_kinds(name, rule, plan)
    yield from _wrong_rules(name, rule, plan)
    for milder in rule.supersedes:
        yield from _wrong_superseding(name, rule, milder, plan)
    if rule.when is not None:
        try:
            compiled(rule.when)
        except WhenError as error:
            yield f"rule {name}: mend its condition `when`: {error}"


def _wrong_kinds(name: str, rule: AnyRule, plan: Plan) -> Iterator[str]:
    if rule.kind not in KNOWN_KINDS and rule.kind not in plan.kinds:
        meant = _meant(rule.kind, KNOWN_KINDS | plan.kinds.keys())
        yield (
            f"rule {name}: kind {rule.kind} has no title{meant}; a kind of your own needs "
            f'[kinds.{rule.kind}] title = {{ en = "…", zh = "…" }}'
        )
    for kind in watched(rule):
        if kind not in KNOWN_DEVICE_KINDS and kind not in plan.device_kinds:
            meant = _meant(kind, KNOWN_DEVICE_KINDS | plan.device_kinds.keys())
            yield (
                f"rule {name} watches unknown kind {kind}{meant}; a kind of your own needs "
                f'[device_kinds.{kind}] title = {{ en = "…", zh = "…" }}'
            )


def _wrong_rules(name: str, rule: AnyRule, plan: Plan) -> Iterator[str]:
    match rule:
        case GroupRule():
            wanted = rule.rules
        case RepeatedRule(rule=str() as other):
            wanted = [other]
        case _:
            return
    for other in wanted:
        if other not in plan.rules:
            yield f"rule {name} names rule {other}, which is not there{_meant(other, plan.rules)}"
        elif isinstance(plan.rules[other], GroupRule | RepeatedRule):
            yield f"rule {name} names rule {other}, which itself counts what others find"


def _wrong_superseding(name: str, rule: AnyRule, milder: str, plan: Plan) -> Iterator[str]:
    if milder == rule.kind:
        yield f"rule {name} supersedes its own kind"
        return
    if not isinstance(rule, _COMPARABLE):
        yield (
            f"rule {name} cannot supersede: only rules of one quantity, of silence, of a "
            "device's own word or of denials can"
        )
        return
    others = [other for other in plan.rules.values() if other.kind == milder]
    if not others:
        kinds = {other.kind for other in plan.rules.values()} - {rule.kind}
        yield f"rule {name} supersedes {milder}, which no rule raises{_meant(milder, kinds)}"
    elif not any(_compares(rule, other) for other in others):
        yield f"rule {name} supersedes {milder}, which watches another device or quantity"


def _compares(rule: AnyRule, other: AnyRule) -> bool:
    if isinstance(rule, DenialsRule):
        return isinstance(other, ReasonRule)
    word_of_silent = isinstance(rule, StateRule) and isinstance(other, SilenceRule)
    alike = type(rule) is type(other) or word_of_silent
    if not alike or not set(watched(rule)) & set(watched(other)):
        return False
    return getattr(rule, "quantity", None) == getattr(other, "quantity", None)


def _meant(name: str, valid: Iterable[str]) -> str:
    close = get_close_matches(name, sorted(valid), n=1)
    return f"; did you mean {close[0]}?" if close else ""
