"""Door rules: what of a rule on doors and cards cannot work."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from difflib import get_close_matches

from edge.access import OWN, REASONS, Reason
from hub.plans.domain import AnyRule, DoorRule, HeldRule, PassbackRule, ReasonRule

LONGEST_GRANT_S = 60.0  # as long as grants are kept (`hub.anomalies.detectors.grants`)


def wrong_door_rule(name: str, rule: AnyRule) -> Iterator[str]:
    """What could never be judged as it is written; nothing for rules on other things."""
    match rule:
        case DoorRule() | HeldRule():
            yield from _wrong_grants(name, rule)
        case ReasonRule():
            yield from _wrong_reasons(name, rule.reasons)
        case PassbackRule():
            yield from _wrong_reasons(name, rule.reasons)
            if rule.reset_s is not None and rule.grace_s >= rule.reset_s:
                yield (
                    f"rule {name}: grace_s = {rule.grace_s} is no shorter than reset_s = "
                    f"{rule.reset_s}, so that it could never be broken"
                )
        case _:
            return


def _wrong_grants(name: str, rule: DoorRule | HeldRule) -> Iterator[str]:
    for key in ("grant_before_s", "grant_after_s"):
        seconds: float | None = getattr(rule, key)
        if seconds is not None and seconds > LONGEST_GRANT_S:
            yield f"rule {name}: {key} = {seconds}, but grants are known for {LONGEST_GRANT_S} s"


def _wrong_reasons(name: str, reasons: Iterable[Reason]) -> Iterator[str]:
    for reason in reasons:
        if reason in REASONS or reason.startswith(OWN):
            continue
        close = get_close_matches(reason, sorted(REASONS), n=1)
        meant = f" (did you mean {close[0]}?)" if close else ""
        yield (
            f"rule {name}: reason {reason!r} is none of BACnetAccessEvent{meant}; a maker's own "
            f"begin with {OWN}"
        )
