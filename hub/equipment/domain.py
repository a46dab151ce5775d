"""Equipment: a card per item of fire equipment, and when it expires (SE-09). Pure.

Times are int64 microseconds UTC, positions planar metres.
"""

from __future__ import annotations

from datetime import date
from typing import Literal

import msgspec

from hub.anomalies.domain import Anomaly, Recovery
from hub.sites.domain import Name, Point

Work = Literal["checked", "maintained", "renewed", "removed"]
EventName = Literal[
    "registered", "corrected", "checked", "maintained", "renewed", "moved", "removed"
]

LOWEST, HIGHEST = -20, 200  # floors; ours: no building is lower or higher
REMOVED = "was removed: give the new item an id of its own"
EXPIRES = "equipment_expires"  # the category of the case that warns
_RULE = "equipment_expiry"


class Card(msgspec.Struct, frozen=True, kw_only=True):
    """One item, or several alike in one spot. `quantity` counts pieces, of a hose metres."""

    id: str
    name: Name
    kind: str
    quantity: float
    at: Point
    bought: date | None = None
    valid_until: date | None = None
    floor: int | None = None
    place: str | None = None
    building: str | None = None
    unit: str | None = None
    removed: bool = False
    checked: date | None = None
    warned: date | None = None

    @property
    def subject(self) -> str:
        """By which name cases know it."""
        return f"equipment:{self.id}"

    def expired(self, today: date) -> bool:
        """Whether it may not be relied upon any more."""
        return self.valid_until is not None and self.valid_until < today

    def expires(self, today: date, warning_days: int) -> bool:
        """Whether it expires within so many days, or has."""
        if self.removed or self.valid_until is None:
            return False
        return (self.valid_until - today).days <= warning_days


def expiry(card: Card, today: date, warning_days: int, now: int) -> Anomaly:
    """The warning that an item expires: a breach that begins with it.

    Raises:
        ValueError: the card has no date of validity.
    """
    if card.valid_until is None:
        raise ValueError(f"{card.id} does not expire")
    return Anomaly(
        rule=_RULE,
        kind=EXPIRES,
        device=card.subject,
        started=now,
        raised=now,
        value=float((card.valid_until - today).days),
        limit=float(warning_days),
        unit="d",
        quantity="",
        grade="general",
    )


def renewal(card: Card, now: int) -> Recovery:
    """What ends the warning: the item was renewed or taken away."""
    return Recovery(
        rule=_RULE,
        kind=EXPIRES,
        device=card.subject,
        started=now,
        recovered=now,
        value=None,
    )
