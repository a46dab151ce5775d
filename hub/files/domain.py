"""Files: what their entries amount to, and how far a plan's targets are. Pure.

Times are int64 microseconds UTC. A file is *complete* when every required part is there, and
*consolidated* when, moreover, none of them is older than its part may be (ours).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import Any, Literal

import msgspec

from edge.wire import Micros
from hub.files.rules import FileKind, FileRules, KnownPart, Part, target_day
from hub.sourced import Source, Standing, standing

Stage = Literal["incomplete", "complete", "consolidated"]
PartState = Literal["missing", "there", "stale"]
DAY: Micros = 86_400_000_000


class FileEntry(msgspec.Struct, frozen=True, kw_only=True):
    """One version of a part: never changed, only followed by another.

    `data` has the member `value` (a text, number or day), None for a part that is a document.
    `attachments` are SHA-256 hexadecimals.
    """

    kind: FileKind
    subject: str
    part: str
    source: Source
    data: dict[str, Any]
    attachments: tuple[str, ...] = ()
    note: str = ""
    actor: str
    at: Micros


class Fact(msgspec.Struct, frozen=True):
    """What the hub knows itself of a part: whether it is there, and since when (None: always)."""

    there: bool
    at: Micros | None = None


Facts = Mapping[KnownPart, Fact]


class PartLine(msgspec.Struct, frozen=True, kw_only=True):
    """A part as it stands."""

    name: str
    state: PartState
    at: Micros | None
    required: bool
    entries: Standing[FileEntry]


class FileState(msgspec.Struct, frozen=True, kw_only=True):
    """A file as it stands: every part of its kind, in the plan's order."""

    parts: tuple[PartLine, ...]

    @property
    def missing(self) -> tuple[str, ...]:
        """Required parts that are not there."""
        return tuple(part.name for part in self._required if part.state == "missing")

    @property
    def stale(self) -> tuple[str, ...]:
        """Required parts that must be confirmed anew."""
        return tuple(part.name for part in self._required if part.state == "stale")

    @property
    def stage(self) -> Stage:
        """How far it is."""
        if self.missing:
            return "incomplete"
        return "complete" if self.stale else "consolidated"

    @property
    def share(self) -> float:
        """Of the required parts, those that are there, 0 to 1."""
        return 1 - len(self.missing) / len(self._required)

    @property
    def updated(self) -> Micros | None:
        """When any part was last written."""
        return max((part.at for part in self.parts if part.at is not None), default=None)

    @property
    def _required(self) -> list[PartLine]:
        return [part for part in self.parts if part.required]


def file_state(
    entries: Iterable[FileEntry], facts: Facts, parts: Mapping[str, Part], now: Micros
) -> FileState:
    """Fold the entries of one file, oldest first."""
    held = standing(entries, lambda entry: entry.part)
    empty = Standing[FileEntry]()
    return FileState(
        parts=tuple(
            _line(name, part, held.get(name, empty), facts, now) for name, part in parts.items()
        )
    )


def _line(name: str, part: Part, held: Standing[FileEntry], facts: Facts, now: Micros) -> PartLine:
    if part.known is not None:
        fact = facts.get(part.known, Fact(there=False))
        there, at = fact.there, fact.at
    else:
        there, at = held.holds is not None and _filled(held.holds, part), held.newest
    limit = None if part.stale_days is None else part.stale_days * DAY
    old = limit is not None and at is not None and now - at > limit
    state: PartState = "missing" if not there else "stale" if old else "there"
    return PartLine(name=name, state=state, at=at, required=part.required, entries=held)


def _filled(entry: FileEntry, part: Part) -> bool:
    if part.holds == "document":
        return bool(entry.attachments)
    return entry.data.get("value") not in (None, "")


class Progress(msgspec.Struct, frozen=True, kw_only=True):
    """How many files there are and how far they are; complete counts the consolidated too."""

    files: int
    complete: int
    consolidated: int
    missing: dict[str, int]  # how many files lack the part


class Milestone(msgspec.Struct, frozen=True, kw_only=True):
    """A target of the plan: by when how many files have to be at a stage."""

    stage: Stage
    by: date
    done: int
    files: int
    days_left: int  # negative: it is over

    @property
    def late(self) -> bool:
        """The day is over and files are not there yet."""
        return self.days_left < 0 and self.done < self.files


def progress(states: Iterable[FileState]) -> Progress:
    """Count files by how far they are."""
    found = list(states)
    missing: dict[str, int] = {}
    for state in found:
        for part in state.missing:
            missing[part] = missing.get(part, 0) + 1
    consolidated = sum(state.stage == "consolidated" for state in found)
    return Progress(
        files=len(found),
        complete=consolidated + sum(state.stage == "complete" for state in found),
        consolidated=consolidated,
        missing=dict(sorted(missing.items(), key=lambda one: (-one[1], one[0]))),
    )


def per_grid(
    files: Iterable[tuple[Sequence[str], FileState]], codes: Iterable[str]
) -> dict[str, Progress]:
    """The progress of each grid; a file counts in every grid of its path."""
    by_grid: dict[str, list[FileState]] = {code: [] for code in codes}
    for path, state in files:
        for code in path:
            by_grid[code].append(state)
    return {code: progress(states) for code, states in by_grid.items()}


def milestones(done: Progress, rules: FileRules, today: date) -> list[Milestone]:
    """The plan's targets against what is done."""
    stages: tuple[tuple[Stage, str | None, int], ...] = (
        ("complete", rules.complete, done.complete),
        ("consolidated", rules.consolidated, done.consolidated),
    )
    found: list[Milestone] = []
    for stage, quarter, count in stages:
        if quarter is not None:
            by = target_day(quarter, today)
            found.append(
                Milestone(
                    stage=stage, by=by, done=count, files=done.files, days_left=(by - today).days
                )
            )
    return found
