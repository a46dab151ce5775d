"""Reports: what somebody saw, where, and whether that can be taken. Pure.

Times are int64 microseconds UTC.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import msgspec

from edge.wire import Micros
from hub.plans.categories import Category
from hub.sites.domain import Point

OLDEST: Micros = 30 * 86_400_000_000  # ours: what was seen longer ago is history, not a report
AHEAD: Micros = 300_000_000  # ours: as far as a phone's clock may be ahead; as ingest has it


class Where(msgspec.Struct, frozen=True, kw_only=True):
    """What a report is about: exactly one of these. `point` is in planar metres."""

    device: str | None = None
    hydrant: str | None = None
    equipment: str | None = None
    place: str | None = None
    point: Point | None = None

    @property
    def given(self) -> list[str]:
        """The names of the fields that are given."""
        return [name for name in self.__struct_fields__ if getattr(self, name) is not None]

    @property
    def subject(self) -> str:
        """What the case is about, as `hub.cases` names it; a hydrant's device goes before it."""
        if self.device is not None:
            return self.device
        if self.point is not None:
            return f"point:{self.point[0]:.1f},{self.point[1]:.1f}"
        (name,) = self.given
        return f"{name}:{getattr(self, name)}"


class Filed(msgspec.Struct, frozen=True, kw_only=True):
    """What somebody reports; `photos` are the hashes of photos sent before, `role` the reporter's.

    `dissuaded`: conduct that was stopped on the spot (HZ-19).
    """

    category: str
    where: Where
    actor: str
    seen: Micros
    words: str = ""
    photos: tuple[str, ...] = ()
    role: str | None = None
    dissuaded: bool = False


class Fault(msgspec.Struct, frozen=True):
    """Why a report is not taken, field by field."""

    field: str
    text: str


class ReportRefusedError(ValueError):
    """The report is not taken; `faults` say what to mend."""

    def __init__(self, faults: list[Fault]) -> None:
        self.faults = faults
        super().__init__("; ".join(f"{fault.field}: {fault.text}" for fault in faults))


def checked(filed: Filed, categories: Mapping[str, Category], now: Micros) -> Category:
    """The category of a report that can be taken.

    Raises:
        ReportRefusedError: something is missing, unknown or out of time.
    """
    faults = list(_faults(filed, categories, now))
    if faults:
        raise ReportRefusedError(faults)
    return categories[filed.category]


def _faults(filed: Filed, categories: Mapping[str, Category], now: Micros) -> Iterator[Fault]:
    category = categories.get(filed.category)
    if category is None or not category.reportable:
        known = ", ".join(name for name, one in categories.items() if one.reportable)
        yield Fault("category", f"the plan has no category {filed.category}; it has {known}")
    elif category.about == ["anywhere"] and not filed.words.strip():
        yield Fault("words", "say what you saw: the category alone does not tell it")
    if filed.dissuaded and category is not None and category.sort != "event":
        yield Fault("dissuaded", "only conduct is stopped on the spot: this is about a thing")
    if filed.dissuaded and not filed.words.strip():
        yield Fault("words", "say what was done there and how it was stopped")
    if len(filed.where.given) != 1:
        yield Fault("where", "name one device, hydrant, equipment, place or point")
    if filed.seen > now + AHEAD:
        yield Fault("seen", "lies in the future")
    elif filed.seen < now - OLDEST:
        yield Fault("seen", "is more than 30 days ago")
