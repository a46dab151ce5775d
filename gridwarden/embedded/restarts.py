"""Restarts: whether, and after how long, a child process that ended is started again. Pure."""

from __future__ import annotations

from dataclasses import dataclass, replace


@dataclass(frozen=True, slots=True)
class RestartPolicy:
    """Ours: quickly at first, for a crash; slower and slower, and not for ever, for a mistake."""

    first_s: float = 0.2
    longest_s: float = 10.0
    settled_s: float = 30.0  # who lived so long starts with a clean record
    quick_deaths: int = 8  # so many in a row, and it is given up


@dataclass(frozen=True, slots=True)
class Record:
    """Deaths of one child in a row, each within the policy's settling time."""

    quick: int = 0


def after_death(
    record: Record, lived_s: float, policy: RestartPolicy
) -> tuple[Record, float | None]:
    """The record with this death in it, and the seconds until the restart; None to give up."""
    quick = 1 if lived_s >= policy.settled_s else record.quick + 1
    grown = replace(record, quick=quick)
    if quick > policy.quick_deaths:
        return grown, None
    return grown, min(policy.first_s * 2 ** (quick - 1), policy.longest_s)
