"""Occasions: what a case has been through, and who must therefore be told how it ended. Pure."""

from __future__ import annotations

from hub.cases.lifecycle import CaseRules, Occasion
from hub.cases.state import CaseState
from hub.cases.vocabulary import Audience


def occasions(state: CaseState) -> set[Occasion]:
    """The occasions of a case for feedback and revisit."""
    progress = state.progress
    found: set[Occasion] = {"always"}
    if progress.reporters:
        found.add("reported")
    if progress.path in ("coordination", "approval"):
        found.add(progress.path)
    if progress.escalations:
        found.add("escalated")
    if progress.listed:
        found.add("listed")
    return found


def due_audiences(state: CaseState, rules: CaseRules) -> tuple[Audience, ...]:
    """Who must be told of the result before the archive (CA-20); of a merged case nobody."""
    if state.progress.outcome == "merged":
        return ()
    seen = occasions(state)
    told: dict[Audience, None] = {}
    for occasion, audiences in rules.feedback.items():
        if occasion in seen:
            told |= dict.fromkeys(audiences)
    return tuple(told)


def missing_audiences(state: CaseState, rules: CaseRules) -> tuple[Audience, ...]:
    """Those of them who were not told yet."""
    return tuple(one for one in due_audiences(state, rules) if one not in state.progress.fed_back)


def wants_revisit(state: CaseState, rules: CaseRules) -> bool:
    """Whether the case must be visited again before the archive (CA-21)."""
    progress = state.progress
    if progress.outcome in ("merged", "dismissed") or progress.satisfied:
        return False
    return bool(set(rules.revisit) & occasions(state))
