"""Travel: one card at two readers that nobody can walk between in that time: it was copied.

Where it was used before, and how far away, is told to nobody: the case belongs to the reader of
the later swipe. Swipes of two agents may come in either order.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from math import hypot

import msgspec

from edge.wire import Micros
from hub.anomalies.detectors import SETTLE, Finding, Spots
from hub.anomalies.detectors.happening import Happening, Standing, happening
from hub.anomalies.detectors.people import forget, remember
from hub.anomalies.row import Pulse, Row
from hub.plans.domain import TravelRule
from hub.plans.units import micros


class Seen(msgspec.Struct, frozen=True, array_like=True):
    """Where and when a card was seen last, and until when it is not judged again."""

    reader: str
    time: Micros
    quiet: Micros = 0


class TravelState(msgspec.Struct, frozen=True):
    """Where each person key was seen last, in the order of swipes, and what stands by reader."""

    seen: dict[int, Seen] = {}
    standing: Standing = {}


@dataclass(frozen=True)
class Travel:
    """Judges one rule over all readers."""

    name: str
    rule: TravelRule
    spots: Spots

    @property
    def state_type(self) -> type[TravelState]:
        """The msgspec struct that holds the state."""
        return TravelState

    def start(self) -> TravelState:
        """No card was seen yet."""
        return TravelState()

    def step(self, state: TravelState, row: Row, now: Micros) -> tuple[TravelState, list[Finding]]:
        """Take in one committed batch."""
        mine = [swipe for swipe in row.batch.swipes if swipe.reader in self.spots]
        if not mine:
            return state, []
        seen, standing = dict(state.seen), dict(state.standing)
        found: list[Finding] = []
        quiet = micros(self.rule.quiet_s or 0)
        for swipe in mine:
            new, before = Seen(swipe.reader, row.happened(swipe.time)), seen.get(swipe.person)
            last = new if before is None or new.time >= before.time else before
            until = 0 if before is None else before.quiet
            if before is not None and last.time >= until and self._too_fast(before, new):
                self._happening.note(standing, last.reader, last.time, found)
                until = last.time + quiet
            last = Seen(last.reader, last.time, until)
            remember(seen, swipe.person, last, _time_of, last.time - max(self._reach, quiet))
        return TravelState(seen, standing), found

    def pulse(
        self, state: TravelState, pulse: Pulse, now: Micros
    ) -> tuple[TravelState, list[Finding]]:
        """Signs of life are no swipes."""
        return state, []

    def due(self, state: TravelState, now: Micros) -> tuple[TravelState, list[Finding]]:
        """What has not happened again for long enough is over."""
        found: list[Finding] = []
        standing = self._happening.lapse(state.standing, now - SETTLE, found)
        seen = forget(state.seen, _time_of, now)
        return (TravelState(seen, standing) if found or seen is not state.seen else state), found

    def _too_fast(self, one: Seen, other: Seen) -> bool:
        if one.reader not in self.spots:
            return False  # it was taken from the site
        metres = self._metres(one.reader, other.reader)
        return metres > self._speed * abs(other.time - one.time) / 1e6

    def _metres(self, one: str, other: str) -> float:
        """How far apart two readers are at least; none within one place or building."""
        a, b = self.spots[one], self.spots[other]
        if a.place == b.place or (a.building is not None and a.building == b.building):
            return 0.0
        return max(0.0, hypot(a.at[0] - b.at[0], a.at[1] - b.at[1]) - self.rule.slack_m)

    @cached_property
    def _reach(self) -> Micros:
        """How long a walk across the site takes: a card seen before that can be anywhere."""
        at = [spot.at for spot in self.spots.values()]
        wide = max((x for x, _ in at), default=0) - min((x for x, _ in at), default=0)
        high = max((y for _, y in at), default=0) - min((y for _, y in at), default=0)
        return micros(hypot(wide, high) / self._speed)

    @cached_property
    def _speed(self) -> float:
        assert self.rule.speed_m_s is not None, "check_plan lets no rule judge without it"
        return self.rule.speed_m_s

    @cached_property
    def _happening(self) -> Happening:
        limit = self.rule.speed_m_s
        return happening(self.name, self.rule, self.rule.quiet_s, limit, "m/s", "travel")


def _time_of(seen: Seen) -> Micros:
    return seen.time
