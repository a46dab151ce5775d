"""Words: a plan's rules as sentences, for people who answer for them."""

from __future__ import annotations

import msgspec

from hub.plans.domain import (
    AgentRule,
    DoorRule,
    LimitRule,
    PresenceRule,
    Rule,
    SilenceRule,
)

_SHARED = {field.encode_name for field in msgspec.structs.fields(Rule)}


def in_words(rule: Rule) -> str:
    """What the rule judges, when it raises and when it clears."""
    match rule:
        case LimitRule():
            side = "below" if rule.side == "below" else "at or above"
            text = (
                f"{rule.quantity} of a {rule.watches} {side} {_number(rule.limit)} {rule.unit}"
                f"{_for(rule.duration_s)}; clear past {_number(rule.clear)} {rule.unit}"
                f"{_for(rule.clear_s)}"
            )
        case PresenceRule():
            text = (
                f"a camera sees {rule.detection} scored {_number(rule.min_score)} or more"
                f"{_for(rule.duration_s)}; clear when unseen{_for(rule.clear_s)}"
            )
        case DoorRule():
            text = (
                f"a door opens and nobody was granted in the {_number(rule.grant_before_s)} s "
                f"before or {_number(rule.grant_after_s)} s after; clear when it closes"
            )
        case SilenceRule():
            kinds = ", ".join(rule.watches)
            longest = f"is not heard{_for(rule.silent_s)}"
            if rule.silent_s is None:
                longest = f"misses {_number(rule.missed)} of its reports"
            text = f"a device ({kinds}) {longest} while its agent is heard; clear when heard"
        case AgentRule():
            text = (
                f"an agent is not heard{_for(rule.silent_s)} while ingest works; clear when heard"
            )
        case _:
            text = _by_keys(rule)
    return text


def _by_keys(rule: Rule) -> str:
    """A rule of a family that has no sentence of its own here, by its own settings."""
    own = {
        field.encode_name: getattr(rule, field.name)
        for field in msgspec.structs.fields(rule)
        if field.encode_name not in _SHARED
    }
    told = ", ".join(f"{key} {value}" for key, value in own.items() if value is not None)
    return f"{rule.__struct_config__.tag}: {told}"


def _for(seconds: float | None) -> str:
    if seconds is None:
        return " for an unset time"
    return f" for {_number(seconds)} s" if seconds else ""


def _number(value: float | None) -> str:
    return "unset" if value is None else f"{value:g}"
