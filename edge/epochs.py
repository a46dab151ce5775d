"""Epochs: under which identity each of a spool's batches goes out. Pure.

A spool numbers its batches through for as long as its file lives. Each opening of the file begins
an epoch with the first batch that it makes, and within the epoch `seq` counts from 1. So an older
copy of the file that is put back gives out no identity a second time.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable
from dataclasses import dataclass

from edge.window import Key
from edge.wire import Held

TOLD = 100  # ours: epochs that a report names; half of what the hub looks at, a report of 6 kB


@dataclass(slots=True)
class Span:
    """The batches of one epoch: those numbered above `before`, up to the next span's `before`.

    `evicted` and `waiting` count batches.
    """

    before: int
    epoch: int
    evicted: int = 0
    waiting: int = 0

    @property
    def matters(self) -> bool:
        """Whether anything of it waits or was evicted."""
        return bool(self.waiting or self.evicted)


class Epochs:
    """The spans of one spool, the oldest first."""

    def __init__(self, spans: Iterable[Span] = ()) -> None:
        self._spans = list(spans)
        self._index()

    def key(self, number: int) -> Key:
        """The identity of the batch with this number."""
        span = self._of(number)
        return span.epoch, number - span.before

    def number(self, key: Key) -> int | None:
        """The number of the batch with this identity; None where it was not given out here.

        A copy of the spool may have given out more of an epoch than this one has.
        """
        epoch, seq = key
        place = self._places.get(epoch)
        if place is None or seq < 1:
            return None
        number = self._spans[place].before + seq
        ended = place + 1 < len(self._spans) and number > self._spans[place + 1].before
        return None if ended else number

    def numbers(self, keys: Iterable[Key]) -> list[int]:
        """The numbers of those that were given out here."""
        found = map(self.number, keys)
        return [number for number in found if number is not None]

    def begin(self, span: Span) -> None:
        """A new epoch follows; what nothing is left of is forgotten."""
        spent = set(self.spent())
        self._spans = [old for old in self._spans if old.before not in spent]
        self._spans.append(span)
        self._index()

    def spent(self) -> list[int]:
        """The `before` of the spans of which nothing waits and that no report names."""
        told = {span.before for span in self._told()}
        return [s.before for s in self._spans if not s.waiting and s.before not in told]

    def kept(self, number: int) -> None:
        """A batch waits now."""
        self._of(number).waiting += 1

    def gone(self, number: int, *, evicted: bool) -> None:
        """A batch waits no more."""
        span = self._of(number)
        span.waiting -= 1
        span.evicted += evicted

    def held(self) -> list[Held]:
        """What a report tells: the newest epochs of which anything waits or was evicted."""
        return [Held(span.epoch, span.waiting, span.evicted) for span in self._told()]

    def _told(self) -> list[Span]:
        return [span for span in self._spans if span.matters][-TOLD:]

    def _of(self, number: int) -> Span:
        return self._spans[bisect_left(self._befores, number) - 1]

    def _index(self) -> None:
        self._befores = [span.before for span in self._spans]
        self._places = {span.epoch: place for place, span in enumerate(self._spans)}
