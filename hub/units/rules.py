"""Rules of the units that a plan sets: who regulates which class, what must be filed.

The table `[units]` of a plan file. What is left out asks nothing.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Literal, get_args

import msgspec

from edge.wire import Identifier
from hub.sites.domain import Name

UnitClass = Literal[
    "key_a", "key_b", "key_c", "key_second", "general", "nine_small", "six_small"
]  # requirement SE-11
CLASSES: tuple[UnitClass, ...] = get_args(UnitClass)
KEY: frozenset[UnitClass] = frozenset({"key_a", "key_b", "key_c", "key_second"})

CLASS_TITLES: dict[UnitClass, Name] = {
    "key_a": Name("Key unit, class A", "甲类重点单位"),
    "key_b": Name("Key unit, class B", "乙类重点单位"),
    "key_c": Name("Key unit, class C", "丙类重点单位"),
    "key_second": Name("Key unit, second class", "二级重点单位"),
    "general": Name("General unit", "一般单位"),
    "nine_small": Name("Nine small places", "九小场所"),
    "six_small": Name("Six small places", "六小场所"),
}

Post = Literal["responsible", "fire_manager"]
Paper = Literal[
    "design_review", "acceptance", "design_filing", "completion_filing", "fire_certificate"
]  # requirement SE-28: four gates and the certificate
PAPERS: tuple[Paper, ...] = get_args(Paper)
PAPER_TITLES: dict[Paper, Name] = {
    "design_review": Name("Design review", "消防设计审核"),
    "acceptance": Name("Acceptance", "消防验收"),
    "design_filing": Name("Design filing", "消防设计备案"),
    "completion_filing": Name("Completion filing", "竣工验收备案"),
    "fire_certificate": Name("Fire certificate", "消防安全检查合格证"),
}


class Regulator(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A body that regulates units."""

    title: Name


class RegulatorRule(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Which body regulates which class; `otherwise` those that are not named."""

    by_class: dict[UnitClass, Identifier]
    otherwise: Identifier | None = None
    source: str


class Sign(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What the sign of a six-small place says (SE-13), beside the name of its fire manager."""

    title: Name
    risk: Name
    precautions: Name
    warning: Name


class UnitRules(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What a plan says about units.

    `regulator_rule` names the one of `regulator_rules` that is in force. `classes` are those that
    the plan uses. `managers` are the posts that must be filled for a unit's managers to count as
    filed (SE-14); `papers` those without which it is flagged open (SE-28). `signs` by kind of unit.
    """

    classes: tuple[UnitClass, ...] = CLASSES
    regulator_rule: str | None = None
    regulator_rules: dict[str, RegulatorRule] = {}
    regulators: dict[Identifier, Regulator] = {}
    managers: tuple[Post, ...] = ("responsible", "fire_manager")
    papers: tuple[Paper, ...] = PAPERS
    signs: dict[Identifier, Sign] = {}
    source: dict[str, str] = {}

    def regulator(self, unit_class: UnitClass | None) -> Identifier | None:
        """The body that regulates a class; None: it is unknown, or the rule says nothing."""
        if unit_class is None or self.regulator_rule is None:
            return None
        rule = self.regulator_rules[self.regulator_rule]
        return rule.by_class.get(unit_class, rule.otherwise)


NO_UNIT_RULES = UnitRules()


def wrong_unit_rules(rules: UnitRules) -> Iterator[str]:
    """What keeps the rules from taking effect."""
    names = ", ".join(rules.regulator_rules) or "none"
    for name, rule in rules.regulator_rules.items():
        bodies = [*rule.by_class.values(), *([rule.otherwise] if rule.otherwise else [])]
        for body in dict.fromkeys(bodies):
            if body not in rules.regulators:
                yield (
                    f"regulator rule {name} names {body}, which has no title: add "
                    f'[units.regulators.{body}] title = {{ en = "…", zh = "…" }}'
                )
    if rules.regulator_rule is None:
        return
    if rules.regulator_rule not in rules.regulator_rules:
        yield f"units: there is no regulator rule {rules.regulator_rule}; there are {names}"
        return
    for unit_class in rules.classes:
        if rules.regulator(unit_class) is None:
            yield (
                f"units: regulator rule {rules.regulator_rule} names nobody for {unit_class}: add "
                "it to by_class, or set otherwise, or leave the class out of classes"
            )
