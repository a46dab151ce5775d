"""Evidence: the encounters that put each person into its ring."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from hub.tracing.columns import MINUTE, Booleans, Integers, StayColumns
from hub.tracing.contacts import Contacts, Encounters, Window, contacts_of, encounters_of
from hub.tracing.rings import RingRules, Rings, rings_of


@dataclass(frozen=True, slots=True)
class Trace:
    """Rings, each person's encounters with its source, and these added up (`Contacts.person` is
    the source, `other` the one reached), in the order ring by ring, the longest likely time first.
    """

    rings: Rings
    encounters: Encounters
    contacts: Contacts
    ring: Integers
    exposed: Integers


def trace(stays: StayColumns, index: Integers, window: Window, rules: RingRules) -> Trace:
    """Trace index persons and gather what each reached person's place in the rings rests on.

    Encounters count from when the source passes on (backward: until it could have been exposed),
    by their longest bounds.
    """
    rings = rings_of(stays, index, window, rules)
    reached = np.flatnonzero(rings.ring > 0)
    found = encounters_of(stays, np.unique(rings.source[reached]), window)
    found = found.take(_counted(stays, rings, found, rules))
    summed = contacts_of(stays, found, minutes=0, measure="most")
    at = _rows(rings.person, summed.other)
    ring, exposed = rings.ring[at], rings.exposed[at]
    order = np.lexsort((summed.other, -summed.likely, ring))
    return Trace(rings, found, summed.take(order), ring[order], exposed[order])


def _counted(stays: StayColumns, rings: Rings, found: Encounters, rules: RingRules) -> Booleans:
    """Which encounters are those of a reached person with its source, in the time that counts."""
    source, other = stays.person[found.one], stays.person[found.other]
    at = _rows(rings.person, other)
    mine = (at >= 0) & (rings.source[at] == source) & (rings.ring[at] > 0)
    giver = _rows(rings.person, source)
    latency = np.where(rings.ring[giver] == 0, 0, rules.latency)
    if rules.direction == "forward":
        return mine & (found.end > rings.exposed[giver] + latency)
    return mine & (found.start < rings.exposed[giver] - latency)


def _rows(persons: Integers, wanted: Integers) -> Integers:
    """Where each wanted person stands among others, -1 for who does not."""
    if not len(persons):
        return np.full(len(wanted), -1, dtype=np.int64)
    order = np.argsort(persons)
    at = np.minimum(np.searchsorted(persons[order], wanted), len(persons) - 1)
    row = order[at].astype(np.int64)
    return np.where(persons[row] == wanted, row, -1)


def minutes(lengths: Integers) -> list[float]:
    """Microseconds as minutes, for people."""
    return np.round(lengths / MINUTE, 2).tolist()
