"""Rules of the files that a plan sets: which parts each kind must have, and by when.

The table `[files]` of a plan file. A kind that it leaves out has no files.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from typing import Annotated, Literal

import msgspec

from edge.wire import Identifier
from hub.sites.domain import Name

FileKind = Literal["building", "yard", "unit", "enterprise", "household"]  # requirement SE-12
Holds = Literal["text", "number", "date", "document"]
KnownPart = Literal[
    "devices", "hydrants", "residents", "people_to_help", "class", "managers", "equipment", "papers"
]
Quarter = Annotated[str, msgspec.Meta(pattern=r"^([0-9]{4}-)?Q[1-4]\Z")]


class Part(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One part of a file: what people write into it (`holds`), or what the hub knows (`known`).

    `stale_days` after it was last written it must be confirmed anew.
    """

    title: Name
    holds: Holds | None = None
    known: KnownPart | None = None
    required: bool = True
    stale_days: Annotated[float, msgspec.Meta(gt=0)] | None = None
    source: str


class KindRules(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What a file of a kind must have. `unit_kinds` are the kinds of units that are enterprises."""

    parts: dict[Identifier, Part]
    unit_kinds: tuple[Identifier, ...] = ()


class FileRules(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What a plan says about files.

    `complete` and `consolidated` are the quarters at whose end all files have to be so: `Q1` means
    each year's, `2027-Q1` that one. A hydrant serves a building within `hydrant_m` metres.
    """

    kinds: dict[FileKind, KindRules] = {}
    complete: Quarter | None = None
    consolidated: Quarter | None = None
    hydrant_m: Annotated[float, msgspec.Meta(gt=0)] = 150.0  # GB 50974-2014, 7.2.5
    source: dict[str, str] = {}


NO_FILE_RULES = FileRules()


def target_day(quarter: str, today: date) -> date:
    """The last day of a quarter; of one without a year, in the year of `today`."""
    year, _, number = quarter.rpartition("-")
    first_after = int(number[1]) * 3 + 1
    of_year = int(year) if year else today.year
    after = date(of_year + 1, 1, 1) if first_after > 12 else date(of_year, first_after, 1)
    return after - timedelta(days=1)


def wrong_file_rules(rules: FileRules) -> Iterator[str]:
    """What keeps the rules from taking effect."""
    for kind, of_kind in rules.kinds.items():
        if not any(part.required for part in of_kind.parts.values()):
            yield f"files: {kind} requires no part: add one, or leave the kind out"
        for name, part in of_kind.parts.items():
            if (part.holds is None) == (part.known is None):
                yield f"files: part {name} of {kind} needs either holds or known"
        if (kind == "enterprise") != bool(of_kind.unit_kinds):
            yield "files: kind enterprise needs unit_kinds, and no other kind may have it"
    if rules.complete and rules.consolidated:
        day = date(2000, 1, 1)
        if target_day(rules.consolidated, day) < target_day(rules.complete, day):
            yield "files: consolidated lies before complete: files are first complete"
