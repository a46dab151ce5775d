"""Shut-offs: what a planned shut-off of the water must bring with it (SE-08). Pure.

Times are int64 microseconds UTC. The end itself is not in a shut-off.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Literal

import msgspec

from edge.wire import Micros

HYDRANT = "hydrant"
LONGEST: Micros = 31 * 86_400_000_000  # ours: what lasts longer is no shut-off but a change

EventName = Literal["planned", "ended"]


class Planned(msgspec.Struct, frozen=True, kw_only=True):
    """What somebody asks for: `measure` and `notice` are texts that must be there."""

    start: Micros
    until: Micros
    hydrants: tuple[str, ...]
    measure: str
    notice: str


class ShutOff(msgspec.Struct, frozen=True, kw_only=True):
    """A shut-off in force; `ended` is when somebody ended it before its time."""

    id: int
    start: Micros
    until: Micros
    hydrants: tuple[str, ...]
    measure: str
    notice: str
    ended: Micros | None = None

    def lasts(self, at: Micros) -> bool:
        """Whether the water is off at that time."""
        return self.start <= at < self.until


class Entry(msgspec.Struct, frozen=True, kw_only=True):
    """One line of a shut-off's history: who did what when."""

    at: Micros
    actor: str
    event: EventName


class Fault(msgspec.Struct, frozen=True):
    """Why a shut-off is not accepted, field by field."""

    field: str
    text: str


class ShutOffRefusedError(ValueError):
    """The shut-off is not accepted; `faults` say what to mend."""

    def __init__(self, faults: list[Fault]) -> None:
        self.faults = faults
        super().__init__("; ".join(f"{fault.field}: {fault.text}" for fault in faults))


def unknown(hydrant: str) -> Fault:
    """The fault of a hydrant that the site does not have, or not for who asks."""
    return Fault("hydrants", f"the site has no hydrant {hydrant}")


def checked(asked: Planned, kinds: Mapping[str, str], now: Micros) -> Planned:
    """The same shut-off, tidied; `kinds` are the kinds of the site's devices.

    Raises:
        ShutOffRefusedError: something is missing or contradicts itself.
    """
    tidy = msgspec.structs.replace(
        asked,
        hydrants=tuple(sorted(set(asked.hydrants))),
        measure=asked.measure.strip(),
        notice=asked.notice.strip(),
    )
    faults = list(_faults(tidy, kinds, now))
    if faults:
        raise ShutOffRefusedError(faults)
    return tidy


def _faults(asked: Planned, kinds: Mapping[str, str], now: Micros) -> Iterator[Fault]:
    if asked.until <= asked.start:
        yield Fault("to", "must be later than the start")
    elif asked.until <= now:
        yield Fault("to", "is over already: a shut-off is planned before it ends")
    elif asked.until - asked.start > LONGEST:
        yield Fault("to", "at most 31 days after the start; plan what lasts longer in parts")
    if not asked.hydrants:
        yield Fault("hydrants", "name at least one")
    for hydrant in asked.hydrants:
        if kinds.get(hydrant) != HYDRANT:
            yield unknown(hydrant)
    if not asked.measure:
        yield Fault("measure", "say how a fire is fought meanwhile: none is shut off without it")
    if not asked.notice:
        yield Fault("notice", "say what the residents were told: none is shut off without it")
