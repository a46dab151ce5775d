"""Sourced facts: what somebody saw and what somebody was told stand side by side (PR-09). Pure."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable
from typing import Generic, Literal, Protocol, TypeVar

import msgspec

from edge.wire import Micros

Source = Literal["observed", "declared"]


class Sourced(Protocol):
    """An entry of a register: where it comes from, and when it was written."""

    @property
    def source(self) -> Source:
        """Seen on the spot, or told by whom it concerns."""
        ...

    @property
    def at(self) -> Micros:
        """When it was written."""
        ...


E = TypeVar("E", bound=Sourced)
K = TypeVar("K", bound=Hashable)


class Standing(msgspec.Struct, Generic[E], frozen=True):
    """The newest entry of each source; neither takes the place of the other."""

    observed: E | None = None
    declared: E | None = None

    @property
    def holds(self) -> E | None:
        """What counts: what was seen, else what was declared."""
        return self.declared if self.observed is None else self.observed

    @property
    def newest(self) -> Micros | None:
        """When either was last written."""
        return max(
            (one.at for one in (self.observed, self.declared) if one is not None), default=None
        )


def standing(entries: Iterable[E], key: Callable[[E], K]) -> dict[K, Standing[E]]:
    """The standing entries per key; of equally old ones the later in `entries` counts."""
    found: dict[K, Standing[E]] = {}
    for entry in entries:
        now = found.get(key(entry), Standing[E]())
        before = now.observed if entry.source == "observed" else now.declared
        if before is None or entry.at >= before.at:
            found[key(entry)] = (
                Standing(entry, now.declared)
                if entry.source == "observed"
                else Standing(now.observed, entry)
            )
    return found
