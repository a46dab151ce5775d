"""Door: a contact opens although none of the door's readers granted anybody.

Contact and swipes are compared in event time; how long a late grant is waited for is receipt
time. A door's readers are those at the same place. A door first heard of when it is open tells
nothing: nobody knows when it was opened.
"""

from __future__ import annotations

from dataclasses import dataclass

import msgspec
import numpy as np

from edge.wire import Micros
from hub.anomalies.detectors import Finding, Spots
from hub.anomalies.detectors.grants import Grants, explains, take_grants
from hub.anomalies.domain import Anomaly, Recovery
from hub.anomalies.row import Pulse, Row
from hub.plans.domain import DoorRule
from hub.plans.units import micros


class Contact(msgspec.Struct, frozen=True, array_like=True):
    """What a door's contact last said, and since when the door stands forced."""

    time: Micros
    open: bool
    forced: Micros | None = None


class Opening(msgspec.Struct, frozen=True, array_like=True):
    """An opening that nothing explains yet; at `until` (receipt time) it is a forced one."""

    device: str
    time: Micros
    until: Micros
    closed: Micros | None = None


class DoorState(msgspec.Struct, frozen=True):
    """Contacts by door, grants by place in the last minute, and openings to be explained."""

    contacts: dict[str, Contact] = {}
    grants: Grants = {}
    openings: list[Opening] = []


@dataclass(frozen=True)
class Door:
    """Judges one rule over all doors with contacts."""

    name: str
    rule: DoorRule
    spots: Spots

    @property
    def state_type(self) -> type[DoorState]:
        """The msgspec struct that holds the state."""
        return DoorState

    def start(self) -> DoorState:
        """No door was heard yet."""
        return DoorState()

    def step(self, state: DoorState, row: Row, now: Micros) -> tuple[DoorState, list[Finding]]:
        """Take in one committed batch."""
        series = row.series("open")
        if series is None and not row.batch.swipes:
            return state, []
        grants = take_grants(state.grants, row, self.spots)
        openings = [one for one in state.openings if not self._explained(one, grants)]
        contacts = dict(state.contacts)
        found: list[Finding] = []
        for index, device in enumerate(series.devices if series else ()):
            spot = self.spots.get(device)
            if series is None or spot is None or spot.kind != "door":
                continue
            at = series.of(index)
            before = contacts.get(device)
            if before and not before.open and not np.any(series.value[at]):
                newest = max(before.time, int(series.time[at].max()))
                contacts[device] = Contact(newest, open=False)
                continue
            times, values = series.time[at].tolist(), series.value[at].tolist()
            for time, value in zip(times, values, strict=True):
                openings = self._turn(contacts, device, time, value, now, openings, grants, found)
        return DoorState(contacts=contacts, grants=grants, openings=openings), found

    def pulse(self, state: DoorState, pulse: Pulse, now: Micros) -> tuple[DoorState, list[Finding]]:
        """Signs of life open no door."""
        return state, []

    def due(self, state: DoorState, now: Micros) -> tuple[DoorState, list[Finding]]:
        """Openings whose time to be explained is over."""
        if not any(one.until <= now for one in state.openings):
            return state, []
        contacts = dict(state.contacts)
        found: list[Finding] = []
        for one in state.openings:
            if one.until > now:
                continue
            found.append(self._anomaly(one, state.grants))
            if one.closed is not None:
                found.append(self._recovery(one.device, one.time, one.closed))
            else:
                contacts[one.device] = msgspec.structs.replace(
                    contacts[one.device], forced=one.time
                )
        waiting = [one for one in state.openings if one.until > now]
        return msgspec.structs.replace(state, contacts=contacts, openings=waiting), found

    def _turn(
        self,
        contacts: dict[str, Contact],
        device: str,
        time: Micros,
        value: float,
        now: Micros,
        openings: list[Opening],
        grants: Grants,
        found: list[Finding],
    ) -> list[Opening]:
        """One word of a contact: notes it in `contacts` and gives the openings to be explained."""
        before, opened = contacts.get(device), value >= 0.5
        if before is not None and time < before.time:
            return openings  # history
        if before is None or opened == before.open:
            contacts[device] = Contact(time, opened, before.forced if before else None)
            return openings
        contacts[device] = Contact(time, opened)
        if not opened:
            if before.forced is not None:
                found.append(self._recovery(device, before.forced, time))
            return [
                msgspec.structs.replace(one, closed=time)
                if one.device == device and one.closed is None
                else one
                for one in openings
            ]
        opening = Opening(device, time, now + micros(self.rule.grant_after_s))
        return openings if self._explained(opening, grants) else [*openings, opening]

    def _explained(self, opening: Opening, grants: Grants) -> bool:
        assert self.rule.grant_before_s is not None, "check_plan lets no rule judge without it"
        spot = self.spots.get(opening.device)
        if spot is None:
            return True  # the door was taken from the site; nobody answers for it
        before, after = micros(self.rule.grant_before_s), micros(self.rule.grant_after_s)
        return explains(grants, spot.place, opening.time, before, after)

    def _anomaly(self, opening: Opening, grants: Grants) -> Anomaly:
        place = self.spots[opening.device].place if opening.device in self.spots else ""
        earlier = [time for time in grants.get(place, ()) if time <= opening.time]
        return Anomaly(
            rule=self.name,
            kind=self.rule.kind,
            device=opening.device,
            started=opening.time,
            raised=opening.time + micros(self.rule.grant_after_s),
            value=(opening.time - max(earlier)) / 1e6 if earlier else None,
            limit=self.rule.grant_before_s,
            unit="s",
            quantity="open",
            grade=self.rule.grade,
            veto=self.rule.veto,
        )

    def _recovery(self, device: str, started: Micros, closed: Micros) -> Recovery:
        return Recovery(
            rule=self.name,
            kind=self.rule.kind,
            device=device,
            started=started,
            recovered=closed,
            value=0.0,
        )
