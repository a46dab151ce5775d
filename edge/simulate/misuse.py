"""Misuse: what people do at doors and with cards that they should not.

From the fourth minute on something happens every so often (in the first world, every five
minutes), forever: each kind in turn, at each door in turn. Number n is a pure function of the seed,
the rate and n; times are world time. Whoever misuses a card has one of their own, so that no
resident's day changes.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import hypot
from typing import Literal, NamedTuple

from edge.access import Reason
from edge.simulate.clock import SECOND
from edge.simulate.noise import uniform
from edge.simulate.people import strangers_card
from edge.simulate.places import DOORS
from edge.simulate.territory import Spot
from edge.wire import Micros

MisuseKind = Literal[
    "held_open",
    "unknown_card",
    "denials",
    "passback",
    "cloned_card",
    "lockout",
    "duress",
]

_STREAM = 0x31505E
_CALM_FROM = 240 * SECOND
_WITHIN_SLOT = 60 * SECOND
_SHOWS = 420 * SECOND  # until a guard has come, gone and let the door fall shut
_HELD_S = (45.0, 110.0)  # shorter than until the next guard comes
_DENIALS, _DENIED_EVERY = 7, 5 * SECOND // 2
_PASSED_BACK_AFTER = 40 * SECOND
_CLONED_AFTER = 5 * SECOND  # later, and hundreds of metres away

_KINDS: tuple[MisuseKind, ...] = (
    "held_open",
    "denials",
    "cloned_card",
    "passback",
    "unknown_card",
    "duress",
    "lockout",
)


@dataclass(frozen=True, slots=True)
class Misuse:
    """One misuse, of `door` unless it is a cloned card's; a door held open stays so for `lasts`."""

    kind: MisuseKind
    number: int
    door: int
    start: Micros
    lasts: Micros

    @property
    def end(self) -> Micros:
        """After this nothing of it shows."""
        return self.start + _SHOWS


class Shown(NamedTuple):
    """A card at a reader, who is counted as swipes count them: two per place, in before out."""

    time: Micros
    card: str
    reader: int
    granted: bool
    reason: Reason


def misuses_between(seed: int, start: Micros, end: Micros, every_s: float = 300) -> list[Misuse]:
    """Misuses that may show within [start, end], in order; one starts every `every_s` seconds."""
    slot = int(every_s * SECOND)
    first = max(0, (start - _SHOWS - _WITHIN_SLOT - _CALM_FROM) // slot)
    drawn = [_draw(seed, number, slot) for number in range(first, (end - _CALM_FROM) // slot + 1)]
    return [misuse for misuse in drawn if misuse.start <= end and misuse.end >= start]


def _draw(seed: int, number: int, slot: Micros) -> Misuse:
    when, how_long = uniform(seed, _STREAM, [2 * number, 2 * number + 1]).tolist()
    shortest, longest = _HELD_S
    return Misuse(
        kind=_KINDS[number % len(_KINDS)],
        number=number,
        door=(number + seed) % DOORS,
        start=_CALM_FROM + number * slot + int(when * _WITHIN_SLOT),
        lasts=int((shortest + (longest - shortest) * how_long) * SECOND),
    )


def cards_shown(misuse: Misuse, visited: tuple[Spot, ...]) -> list[Shown]:
    """The swipes of one misuse, in order; `visited` is where the places lie that residents visit.

    The last one, or of denials the fifth, is the one that a rule may notice.
    """
    card, at = strangers_card(misuse.number), misuse.start
    reader = 2 * (len(visited) + misuse.door)
    match misuse.kind:
        case "held_open":
            return []
        case "unknown_card":
            return [Shown(at, card, reader, False, "denied-unknown-credential")]
        case "denials":
            return [
                Shown(
                    at + turn * _DENIED_EVERY, card, reader, False, "denied-point-no-access-rights"
                )
                for turn in range(_DENIALS)
            ]
        case "passback":
            again = at + _PASSED_BACK_AFTER
            return [Shown(at, card, reader, True, ""), Shown(again, card, reader, True, "")]
        case "cloned_card":
            here = misuse.number % len(visited)
            there = max(range(len(visited)), key=lambda one: _apart(visited[here], visited[one]))
            return [
                Shown(at, card, 2 * here, True, ""),
                Shown(at + _CLONED_AFTER, card, 2 * there, True, ""),
            ]
        case "lockout":
            return [Shown(at, card, reader, False, "denied-lockout")]
        case "duress":
            return [Shown(at, card, reader, True, "duress")]


def _apart(one: Spot, other: Spot) -> float:
    return hypot(one[0] - other[0], one[1] - other[1])
