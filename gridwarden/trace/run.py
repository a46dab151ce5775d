"""Run: one trace on columns of stays, as tables with names: contacts, encounters, venues, after."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import tzinfo
from typing import Any

import numpy as np
import pandas as pd

from hub.tracing.columns import HOUR, MINUTE, Integers, StayColumns
from hub.tracing.contacts import Encounters, Window, encounters_of, lingering
from hub.tracing.rings import RingRules, Rings, rings_of
from hub.tracing.venues import venues_of


@dataclass(frozen=True, slots=True)
class Asked:
    """What is to be traced: index persons by number, window, rules, and the hours of lingering."""

    index: Integers
    window: Window
    rules: RingRules
    linger_hours: float = 0.0


@dataclass(frozen=True, slots=True)
class Traced:
    """The answer: tables for people, with names and local times, and what they rest on."""

    asked: Asked
    stays: StayColumns
    rings: Rings
    encounters: Encounters
    contacts: pd.DataFrame
    meetings: pd.DataFrame
    venues: pd.DataFrame
    after: pd.DataFrame
    notes: list[str] = field(default_factory=list[str])


@dataclass(frozen=True, slots=True)
class Names:
    """What persons and places are called, and the zone in which times are told."""

    cards: list[str]
    places: list[str]
    zone: tzinfo

    def times(self, moments: Integers) -> pd.Series[Any]:
        """Local times; dates that stand for no time are left out by the caller."""
        utc = pd.DatetimeIndex(moments.astype("datetime64[us]")).tz_localize("UTC")
        return pd.Series(utc.tz_convert(self.zone))

    def of_persons(self, numbers: Integers) -> list[str]:
        """Their cards."""
        return [self.cards[number] if number >= 0 else "" for number in numbers.tolist()]

    def of_places(self, numbers: Integers) -> list[str]:
        """Their names."""
        return [self.places[number] for number in numbers.tolist()]


def trace(stays: StayColumns, asked: Asked, names: Names) -> Traced:
    """Trace the index persons.

    The contact list has one line per reached person: with whom of an earlier ring, since when
    exposed, and their encounters from when that one passed on, by the longest bounds.
    """
    rings = rings_of(stays, asked.index, asked.window, asked.rules)
    encounters = _behind(stays, rings, asked)
    contacts, meetings = _contacts(stays, rings, encounters, names)
    theirs = encounters_of(stays, asked.index, asked.window)
    return Traced(
        asked,
        stays,
        rings,
        encounters,
        contacts,
        meetings,
        _venues(stays, asked, theirs, names),
        _after(stays, asked, names),
    )


def _behind(stays: StayColumns, rings: Rings, asked: Asked) -> Encounters:
    """Encounters of every reached person with its source, within the time that counts.

    Forward that begins when the source passes on; backward it ends there.
    """
    reached = rings.source >= 0
    people = int(stays.person.max(initial=0)) + 1
    source_of, counts_from = np.full((2, people), -1, dtype=np.int64)
    source_of[rings.person[reached]] = rings.source[reached]
    forward = asked.rules.direction == "forward"
    counts_from[rings.person] = rings.exposed + np.where(
        rings.ring == 0, 0, asked.rules.latency if forward else -asked.rules.latency
    )
    found = encounters_of(stays, np.unique(rings.source[reached]), asked.window)
    source = stays.person[found.one]
    keep = source_of[stays.person[found.other]] == source
    bound = counts_from[source]
    keep &= (found.end > bound) if forward else (found.start < bound)
    return found.take(np.flatnonzero(keep))


def _contacts(
    stays: StayColumns, rings: Rings, encounters: Encounters, names: Names
) -> tuple[pd.DataFrame, pd.DataFrame]:
    other = stays.person[encounters.other]
    likely_from = np.maximum(stays.start[encounters.one], stays.start[encounters.other])
    likely_from = np.clip(likely_from, encounters.start, encounters.end)
    meetings = pd.DataFrame(
        {
            "card": names.of_persons(other),
            "with": names.of_persons(stays.person[encounters.one]),
            "place": names.of_places(stays.place[encounters.one]),
            "from": names.times(encounters.start),
            "to": names.times(encounters.end),
            "likely_from": names.times(likely_from),
            "least_min": encounters.least / MINUTE,
            "likely_min": encounters.likely / MINUTE,
            "most_min": encounters.most / MINUTE,
        }
    )
    reached = np.flatnonzero(rings.source >= 0)
    contacts = pd.DataFrame(
        {
            "ring": rings.ring[reached],
            "card": names.of_persons(rings.person[reached]),
            "with": names.of_persons(rings.source[reached]),
            "exposed": names.times(rings.exposed[reached]),
        }
    )
    sums = meetings.groupby("card", sort=False).agg(
        least_min=("least_min", "sum"),
        likely_min=("likely_min", "sum"),
        most_min=("most_min", "sum"),
        meetings=("place", "size"),
        first=("from", "min"),
        last=("to", "max"),
    )
    by_place = meetings.groupby(["card", "place"], sort=False)["likely_min"].sum().reset_index()
    by_place = by_place.sort_values(["card", "likely_min"], ascending=[True, False])
    places = by_place.groupby("card", sort=False)["place"].agg(", ".join).rename("places")
    contacts = contacts.join(sums, on="card").join(places, on="card")
    contacts = contacts.sort_values(
        ["ring", "likely_min", "card"], ascending=[True, False, True], ignore_index=True
    )
    return contacts, meetings.sort_values(["card", "from"], ignore_index=True)


def _venues(stays: StayColumns, asked: Asked, theirs: Encounters, names: Names) -> pd.DataFrame:
    found = venues_of(stays, asked.index, theirs, asked.window)
    return pd.DataFrame(
        {
            "place": names.of_places(found.place),
            "exposed": found.exposed,
            "index_persons": found.index_persons,
            "together_min": found.together / MINUTE,
            "from": names.times(found.start),
            "to": names.times(found.end),
        }
    )


def _after(stays: StayColumns, asked: Asked, names: Names) -> pd.DataFrame:
    """Who was in a place within some hours after an index person left it; no contacts."""
    within = round(asked.linger_hours * HOUR)
    found = lingering(stays, asked.index, asked.window, within=within)
    strangers = np.flatnonzero(~np.isin(stays.person[found.other], asked.index))
    found = found.take(strangers)
    return pd.DataFrame(
        {
            "card": names.of_persons(stays.person[found.other]),
            "after": names.of_persons(stays.person[found.one]),
            "place": names.of_places(stays.place[found.one]),
            "left": names.times(stays.end[found.one]),
            "from": names.times(found.start),
            "to": names.times(found.end),
            "likely_min": (found.end - found.start) / MINUTE,
        }
    ).sort_values(["card", "from"], ignore_index=True)
