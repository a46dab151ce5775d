"""Passback: a card is let in twice without having been let out: it was handed back to another.

Soft: the door is not locked, the case is opened. When the card was used before is told to nobody.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import msgspec

from edge.wire import Direction, Micros
from hub.anomalies.detectors import SETTLE, Finding, Spots
from hub.anomalies.detectors.happening import Happening, Standing, happening
from hub.anomalies.detectors.people import forget, remember
from hub.anomalies.row import Pulse, Row
from hub.plans.domain import PassbackRule
from hub.plans.units import micros
from ingest.feed import CommittedSwipe


class PassbackState(msgspec.Struct, frozen=True):
    """By place, who was let in when, in the order of entries; places with a way out that is read;
    what stands by reader."""

    inside: dict[str, dict[int, Micros]] = {}
    ways_out: frozenset[str] = frozenset()
    standing: Standing = {}


@dataclass(frozen=True)
class Passback:
    """Judges one rule."""

    name: str
    rule: PassbackRule
    spots: Spots

    @property
    def state_type(self) -> type[PassbackState]:
        """The msgspec struct that holds the state."""
        return PassbackState

    def start(self) -> PassbackState:
        """Nobody went in yet."""
        return PassbackState()

    def step(
        self, state: PassbackState, row: Row, now: Micros
    ) -> tuple[PassbackState, list[Finding]]:
        """Take in one committed batch."""
        mine = [swipe for swipe in row.batch.swipes if self._concerns(swipe)]
        if not mine:
            return state, []
        places = {self.spots[swipe.reader].place for swipe in mine}
        inside = state.inside | {place: dict(state.inside.get(place, {})) for place in places}
        ways_out, standing = set(state.ways_out), dict(state.standing)
        found: list[Finding] = []
        for swipe in mine:
            place, time = self.spots[swipe.reader].place, row.happened(swipe.time)
            again = swipe.reason in self.rule.reasons
            if swipe.granted and place in self._places:
                if swipe.direction == Direction.OUT:
                    ways_out.add(place)
                passed = self._passed(inside[place], swipe, time)
                again = again or (passed and place in ways_out)
            if again:
                self._happening.note(standing, swipe.reader, time, found)
        inside = {place: people for place, people in inside.items() if people}
        return PassbackState(inside, frozenset(ways_out), standing), found

    def pulse(
        self, state: PassbackState, pulse: Pulse, now: Micros
    ) -> tuple[PassbackState, list[Finding]]:
        """Signs of life are no swipes."""
        return state, []

    def due(self, state: PassbackState, now: Micros) -> tuple[PassbackState, list[Finding]]:
        """What has not happened again for long enough is over."""
        found: list[Finding] = []
        standing = self._happening.lapse(state.standing, now - SETTLE, found)
        inside = {place: forget(known, _itself, now) for place, known in state.inside.items()}
        same = all(inside[place] is known for place, known in state.inside.items())
        if same and not found:
            return state, found
        inside = {place: known for place, known in inside.items() if known}
        return PassbackState(inside, state.ways_out, standing), found

    def _passed(self, inside: dict[int, Micros], swipe: CommittedSwipe, time: Micros) -> bool:
        """Notes who goes in or out; whether it is a second entry without an exit."""
        entered = inside.get(swipe.person)
        if entered is not None and time < entered:
            return False  # history
        if swipe.direction == Direction.OUT:
            inside.pop(swipe.person, None)
        if swipe.direction != Direction.IN:
            return False
        assert self.rule.reset_s is not None, "check_plan lets no rule judge without it"
        reset = micros(self.rule.reset_s)
        remember(inside, swipe.person, time, _itself, time - reset)
        return entered is not None and micros(self.rule.grace_s) < time - entered <= reset

    def _concerns(self, swipe: CommittedSwipe) -> bool:
        spot = self.spots.get(swipe.reader)
        if spot is None:
            return False
        return spot.place in self._places or swipe.reason in self.rule.reasons

    @cached_property
    def _places(self) -> frozenset[str]:
        doors = (spot.place for spot in self.spots.values() if spot.kind == "door")
        return frozenset(self.rule.places or doors)

    @cached_property
    def _happening(self) -> Happening:
        return happening(self.name, self.rule, self.rule.quiet_s, None, "1", "passback")


def _itself(time: Micros) -> Micros:
    return time
