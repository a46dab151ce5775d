"""Happening: what happens at a moment is raised at once, and over when it stays away long enough.

While it stands at a device, whatever more happens there belongs to it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias

import msgspec

from edge.wire import Micros
from hub.anomalies.detectors import Finding
from hub.anomalies.detectors.breach import Terms, Watch
from hub.plans.domain import Rule
from hub.plans.units import micros


class Stood(msgspec.Struct, frozen=True, array_like=True):
    """It was raised at `since` and happened for the last time at `last` (event time)."""

    since: Micros
    last: Micros


Standing: TypeAlias = dict[str, Stood]
"""What stands, by device."""


@dataclass(frozen=True, slots=True)
class Happening:
    """How one rule's happenings are told. `standing` is changed in place: hand in a copy."""

    terms: Terms

    def stands(self, standing: Standing, device: str, time: Micros, found: list[Finding]) -> bool:
        """Whether it still stands there at a time; ends what is over by then."""
        stood = standing.get(device)
        if stood is None:
            return False
        over = stood.last + (self.terms.quiet or 0)
        if time < over:
            return True
        del standing[device]
        found.append(self.terms.recovery(device, Watch(stood.since), over))
        return False

    def note(
        self,
        standing: Standing,
        device: str,
        time: Micros,
        found: list[Finding],
        value: float | None = None,
    ) -> None:
        """It happened: raised, unless it stands there already."""
        if self.stands(standing, device, time, found):
            stood = standing[device]
            standing[device] = Stood(stood.since, max(stood.last, time))
            return
        standing[device] = Stood(time, time)
        raised = self.terms.anomaly(device, Watch(time))
        found.append(msgspec.structs.replace(raised, value=value))

    def lapse(self, standing: Standing, until: Micros, found: list[Finding]) -> Standing:
        """What stands when nothing more has happened until then."""
        kept = dict(standing)
        for device in standing:
            self.stands(kept, device, until, found)
        return kept if len(kept) < len(standing) else standing


def happening(
    name: str, rule: Rule, quiet_s: float | None, limit: float | None, unit: str, quantity: str
) -> Happening:
    """The happenings of one rule, over after `quiet_s`."""
    assert quiet_s is not None, "check_plan lets no rule judge without it"
    return Happening(Terms(name, rule, 0, 0, micros(quiet_s), limit, unit, quantity))
