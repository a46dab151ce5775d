"""Run: one trace on columns of stays, as tables with names: contacts, encounters, venues, after."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import tzinfo
from typing import Any

import numpy as np
import pandas as pd

from hub.tracing import evidence
from hub.tracing.columns import HOUR, MINUTE, Integers, StayColumns
from hub.tracing.contacts import Encounters, Window, encounters_of, lingering
from hub.tracing.rings import RingRules, Rings
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
    found = evidence.trace(stays, asked.index, asked.window, asked.rules)
    contacts, meetings = _contacts(stays, found, names)
    theirs = encounters_of(stays, asked.index, asked.window)
    return Traced(
        asked,
        stays,
        found.rings,
        contacts,
        meetings,
        _venues(stays, asked, theirs, names),
        _after(stays, asked, names),
    )


def _contacts(
    stays: StayColumns, found: evidence.Trace, names: Names
) -> tuple[pd.DataFrame, pd.DataFrame]:
    encounters, summed = found.encounters, found.contacts
    likely_from = np.maximum(stays.start[encounters.one], stays.start[encounters.other])
    likely_from = np.clip(likely_from, encounters.start, encounters.end)
    meetings = pd.DataFrame(
        {
            "card": names.of_persons(stays.person[encounters.other]),
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
    contacts = pd.DataFrame(
        {
            "ring": found.ring,
            "card": names.of_persons(summed.other),
            "with": names.of_persons(summed.person),
            "exposed": names.times(found.exposed),
            "least_min": summed.least / MINUTE,
            "likely_min": summed.likely / MINUTE,
            "most_min": summed.most / MINUTE,
            "meetings": summed.meetings,
            "first": names.times(summed.first),
            "last": names.times(summed.last),
        }
    )
    by_place = meetings.groupby(["card", "place"], sort=False)["likely_min"].sum().reset_index()
    by_place = by_place.sort_values(["card", "likely_min"], ascending=[True, False])
    places = by_place.groupby("card", sort=False)["place"].agg(", ".join).rename("places")
    contacts = contacts.join(places, on="card")
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
