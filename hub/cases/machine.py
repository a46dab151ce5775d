"""Machine: what a person may do with a case now, and which events that brings. Pure.

The plan's lifecycle says from which stage, by whom and with what; the deeds say what else the
state of the case allows. Whatever is refused changes nothing; the refusal says what is possible.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Literal

import msgspec

from hub.cases.asked import WORDS, asked
from hub.cases.deed import Bar, Deed, Doer, Lack, Order, Scene
from hub.cases.deeds import (
    afterwards,
    assigning,
    deciding,
    opening,
    pausing,
    proving,
    sharing,
    working,
)
from hub.cases.lifecycle import CaseRules, Transition, shipped_rules
from hub.cases.state import CaseState, Event
from hub.cases.vocabulary import Action, Field, PersonId, Right

DEEDS: dict[Action, Deed] = (
    opening.DEEDS
    | assigning.DEEDS
    | working.DEEDS
    | proving.DEEDS
    | afterwards.DEEDS
    | pausing.DEEDS
    | sharing.DEEDS
    | deciding.DEEDS
)

# What moves a case on, in the order in which it is offered; the rest follows as listed.
_FIRST: tuple[Action, ...] = (
    "accept",
    "dispatch",
    "handle",
    "verify",
    "close",
    "archive",
    "revisit",
    "resume",
    "receive",
)
_LAST: tuple[Action, ...] = ("note",)


class Refused(msgspec.Struct, frozen=True):
    """Why an action brings nothing, and what is possible instead.

    `out_of_turn`: the case does not allow it now. `not_yours`: somebody else must do it.
    `incomplete`: it needs the field `missing` as well.
    """

    reason: Literal["out_of_turn", "not_yours", "incomplete"]
    message: str
    allowed: tuple[Action, ...]
    missing: Field | None = None


class Possible(msgspec.Struct, frozen=True, kw_only=True):
    """One action that the case allows now, and what it asks of a request and of who sends it.

    `rights` are all needed. `roles` empty: any. `not_by`, `not_roles`: never these. `only_by` None:
    anybody.
    """

    action: Action
    takes: tuple[Field, ...]
    needs: tuple[Field, ...]
    rights: tuple[Right, ...]
    roles: tuple[str, ...]
    not_by: tuple[PersonId, ...]
    not_roles: tuple[str, ...]
    only_by: tuple[PersonId, ...] | None

    def refuses(self, by: Doer) -> str | None:
        """Why this one may not; None: may."""
        for right in self.rights:
            if not by.has(right):
                return f"It needs the right `{right}` in the case's grid."
        if self.roles and by.role not in self.roles:
            return f"It is for: {', '.join(self.roles)}."
        if by.person in self.not_by:
            return "Somebody else must do it: you had your part in it already."
        if by.role is not None and by.role in self.not_roles:
            return "A second role must do it: yours has had its part already."
        if self.only_by is not None and by.person not in self.only_by:
            return "It is for those who were told of this case so that they help."
        return None


def possible(state: CaseState, rules: CaseRules | None = None) -> tuple[Possible, ...]:
    """What the case allows now, whoever asks; what moves it on comes first."""
    known = shipped_rules() if rules is None else rules
    found = [
        _possible(action, entry, state, known)
        for action in DEEDS
        if (entry := _listed(action, state, known)) and DEEDS[action].bar(state, known) is None
    ]
    return tuple(sorted(found, key=lambda one: _rank(one.action)))


def allowed(state: CaseState, rules: CaseRules | None = None) -> tuple[Action, ...]:
    """The names of what the case allows now."""
    return tuple(one.action for one in possible(state, rules))


def step(state: CaseState, order: Order, scene: Scene) -> list[Event] | Refused:
    """What a person's action brings, or why it is refused.

    An action that was done already may bring no event.
    """
    rules, action = scene.rules, order.action
    choices = allowed(state, rules)
    entry = _listed(action, state, rules)
    if entry is None:
        return Refused("out_of_turn", _out_of_turn(state, action, choices), choices)
    deed = DEEDS[action]
    barred = deed.bar(state, rules)
    if barred is not None:
        return Refused("out_of_turn", barred, choices)
    terms = _possible(action, entry, state, rules)
    not_yours = terms.refuses(scene.by)
    if not_yours is not None:
        return Refused("not_yours", not_yours, choices)
    for field in terms.needs:
        if not _given(order, field):
            return Refused("incomplete", asked(action, field), choices, field)
    outcome = deed.brings(state, order, scene)
    match outcome:
        case Lack(field, message):
            return Refused("incomplete", message, choices, field)
        case Bar(message, whose):
            return Refused("not_yours" if whose else "out_of_turn", message, choices)
        case _:
            return outcome


def _listed(action: Action, state: CaseState, rules: CaseRules) -> Transition | None:
    entry = rules.transition(action)
    if entry is None or state.stage not in entry.from_:
        return None
    return entry if not entry.grades or state.grade in entry.grades else None


def _possible(action: Action, entry: Transition, state: CaseState, rules: CaseRules) -> Possible:
    deed = DEEDS[action]
    more = deed.right(state, rules)
    only = deed.only_by(state, rules)
    return Possible(
        action=action,
        takes=deed.takes,
        needs=tuple(dict.fromkeys((*deed.needs(state, rules), *entry.needs))),
        rights=tuple(dict.fromkeys((entry.right, *(() if more is None else (more,))))),
        roles=tuple(entry.roles),
        not_by=tuple(sorted(deed.not_by(state, rules))),
        not_roles=tuple(sorted(deed.not_roles(state, rules))),
        only_by=None if only is None else tuple(sorted(only)),
    )


def _given(order: Order, field: Field) -> bool:
    value: Any = getattr(order, field)
    if isinstance(value, str):
        return bool(value.strip())
    return value is not None and value != () and value != []


def _rank(action: Action) -> tuple[int, int]:
    if action in _FIRST:
        return (0, _FIRST.index(action))
    return (2 if action in _LAST else 1, 0)


def _out_of_turn(state: CaseState, action: Action, choices: Sequence[Action]) -> str:
    if not choices:
        return f"The case is {WORDS[state.stage]}; a new anomaly of the device opens a new case."
    names = ", ".join(f"`{name}`" for name in choices)
    return (
        f"The case is {WORDS[state.stage]}, so `{action}` is not its next step; possible: {names}."
    )
