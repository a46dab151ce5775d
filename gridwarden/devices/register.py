"""Register: who was ever enrolled at a site, and what of it still counts. Pure values.

Nothing is taken out of it: a revoked certificate must stay on the list of revoked ones for as long
as the authority lives, and a number is given out once.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

import msgspec

from gridwarden.devices.identity import Identity, Kind, check_name

WARN_BEFORE = timedelta(days=30)  # ours: time enough to carry a new file to a far agent


class RegisterError(ValueError):
    """Not to be done as asked; the text says what to do instead."""


class Enrolment(msgspec.Struct, frozen=True, omit_defaults=True):
    """One identity: since when and until when it is good; without a `serial` it is a password."""

    kind: Kind
    name: str
    number: int
    made: datetime
    serial: str = ""  # hexadecimal: JSON's numbers are too short for it
    until: datetime | None = None
    revoked: datetime | None = None

    @property
    def identity(self) -> Identity:
        """Its name at the broker."""
        return Identity(self.kind, self.name, self.number)

    def good(self, now: datetime) -> bool:
        """Whether it still counts."""
        return self.revoked is None and (self.until is None or now < self.until)


class Place(msgspec.Struct, frozen=True):
    """Where the broker listens: `hosts` for agents and devices, `inside` for the services."""

    hosts: tuple[str, ...]
    inside: str
    ports: tuple[int, int, int]

    @property
    def agents_url(self) -> str:
        """What agents connect to."""
        return f"mqtts://{self.hosts[0]}:{self.ports[0]}"

    @property
    def services_url(self) -> str:
        """What hub, ingest and the operator connect to."""
        return f"mqtts://{self.inside}:{self.ports[1]}"


class Register(msgspec.Struct, frozen=True):
    """All enrolments of a site, oldest first, and the place of its broker once that is known."""

    site: str
    enrolments: tuple[Enrolment, ...] = ()
    place: Place | None = None

    def of(self, kind: Kind, name: str) -> Sequence[Enrolment]:
        """Every enrolment of a name, oldest first."""
        return [one for one in self.enrolments if (one.kind, one.name) == (kind, name)]

    def good(self, now: datetime) -> Sequence[Enrolment]:
        """Those that count now."""
        return [one for one in self.enrolments if one.good(now)]

    def next_identity(self, kind: Kind, name: str) -> Identity:
        """The identity that the next enrolment of a name gets.

        Raises:
            BadNameError: nobody can have this name.
        """
        check_name(name)
        return Identity(kind, name, 1 + max((one.number for one in self.of(kind, name)), default=0))

    def adding(self, enrolment: Enrolment) -> Register:
        """With one more."""
        return msgspec.structs.replace(self, enrolments=(*self.enrolments, enrolment))

    def revoking(self, kind: Kind, name: str, now: datetime) -> Register:
        """With every enrolment of a name at its end, those that ran out included.

        Raises:
            RegisterError: nobody of that name has one.
        """
        if not any(one.revoked is None for one in self.of(kind, name)):
            raise RegisterError(
                f"nothing to revoke: no {kind.removesuffix('s')} {name!r} is enrolled; "
                "`gridwarden agent list` shows all"
            )
        ended = tuple(
            msgspec.structs.replace(one, revoked=now)
            if (one.kind, one.name) == (kind, name) and one.revoked is None
            else one
            for one in self.enrolments
        )
        return msgspec.structs.replace(self, enrolments=ended)
