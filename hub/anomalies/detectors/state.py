"""State: a device's own word about itself (fault, dirty, removed, shut down) that stays too long.

The word holds until the next one, so that time alone can make it last long enough. A word that
came late, out of a spool, is followed by others: the clock waits for these first.
"""

from __future__ import annotations

from dataclasses import dataclass

import msgspec

from edge.wire import Micros
from hub.anomalies.detectors import SETTLE, Finding, Spots
from hub.anomalies.detectors.breach import Terms, Watch
from hub.anomalies.row import Pulse, Row
from hub.plans.domain import StateRule
from hub.plans.units import micros

LATE: Micros = 10_000_000  # ours: what is received so long after its event comes out of a spool
DRAIN: Micros = 60_000_000  # ours: a spool's next words are here by then


class Word(msgspec.Struct, frozen=True, array_like=True):
    """In one of the states since `since`; time alone raises it from `ready` (receipt time) on."""

    since: Micros
    ready: Micros
    raised: bool = False


class WordState(msgspec.Struct, frozen=True):
    """Devices that are in one of the states, and when each device spoke of itself last."""

    words: dict[str, Word] = {}
    last: dict[str, Micros] = {}


@dataclass(frozen=True)
class State:
    """Judges one rule."""

    name: str
    rule: StateRule
    spots: Spots

    @property
    def state_type(self) -> type[WordState]:
        """The msgspec struct that holds the state."""
        return WordState

    def start(self) -> WordState:
        """No device has spoken of itself yet."""
        return WordState()

    def step(self, state: WordState, row: Row, now: Micros) -> tuple[WordState, list[Finding]]:
        """Take in one committed batch."""
        mine = [word for word in row.batch.states if self._is_watched(word.device)]
        if not mine:
            return state, []
        words, last, found = dict(state.words), dict(state.last), list[Finding]()
        for told in mine:
            device, time = told.device, row.happened(told.time)
            if time < last.get(device, time):
                continue  # history
            last[device] = time
            word = words.pop(device, None)
            if word is not None:
                word = self._lasted(device, word, time, found)
            if told.state in self.rule.states:
                late = row.batch.received - time > LATE
                ready = row.batch.received + (DRAIN if late else 0)
                word = word or Word(time, ready)
                words[device] = self._lasted(device, word, time, found)
            elif word is not None and not self._ends(told.state):
                words[device] = word
            elif word is not None and word.raised:
                watch = Watch(word.since)
                found.append(self._terms.recovery(device, watch, time))
        return WordState(words, last), found

    def pulse(self, state: WordState, pulse: Pulse, now: Micros) -> tuple[WordState, list[Finding]]:
        """Signs of life of agents are no word of a device."""
        return state, []

    def due(self, state: WordState, now: Micros) -> tuple[WordState, list[Finding]]:
        """States that have lasted long enough."""
        found: list[Finding] = []
        settled = now - SETTLE
        words: dict[str, Word] = {}
        for device, word in state.words.items():
            ready = not word.raised and word.ready <= settled and self._is_watched(device)
            words[device] = self._lasted(device, word, settled, found) if ready else word
        return (WordState(words, state.last) if found else state), found

    def _is_watched(self, device: str) -> bool:
        spot = self.spots.get(device)
        return spot is not None and spot.kind in self.rule.watches

    def _ends(self, state: str) -> bool:
        return not self.rule.until or state in self.rule.until

    def _lasted(self, device: str, word: Word, until: Micros, found: list[Finding]) -> Word:
        """The word, raised if it has lasted long enough by then."""
        if word.raised or until - word.since < self._terms.duration:
            return word
        lasted = Watch(word.since, value=self._terms.duration / 1e6)
        found.append(self._terms.anomaly(device, lasted))
        return Word(word.since, word.ready, raised=True)

    @property
    def _terms(self) -> Terms:
        rule = self.rule
        assert rule.duration_s is not None, "check_plan lets no rule judge without a duration"
        quantity = rule.states[0]
        return Terms(
            self.name, rule, micros(rule.duration_s), 0, None, rule.duration_s, "s", quantity
        )
