"""Read: every file of the site with its state, put together from the site and the registers.

Geometry runs in a thread: of a town it takes a while, and the streams share this one.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterable

import msgspec

from hub.division.read import site_in_force
from hub.evacuation.store import totals
from hub.files.domain import FileEntry, FileState, Stage, file_state
from hub.files.known import Surroundings
from hub.files.rules import FileKind
from hub.files.store import standing_entries
from hub.files.subjects import Subject, subjects
from hub.rights.domain import Actor, Right, may
from hub.sites.domain import SiteDocument
from hub.units.read import all_units, today
from hub.wiring import Connection, Parts


class Found(msgspec.Struct, frozen=True):
    """A file: whose it is and how it stands."""

    subject: Subject
    state: FileState


class Cabinet(msgspec.Struct, frozen=True):
    """All files of the site in force, by kind and id."""

    document: SiteDocument
    around: Surroundings
    files: list[Found]

    def find(self, kind: FileKind, subject: str) -> Found | None:
        """One file."""
        return next(
            (one for one in self.files if (one.subject.kind, one.subject.id) == (kind, subject)),
            None,
        )


class Wanted(msgspec.Struct, frozen=True, kw_only=True):
    """Which files are asked for; None asks nothing. `stale` asks for those with stale parts."""

    kind: FileKind | None = None
    grid: str | None = None
    stage: Stage | None = None
    stale: bool = False
    search: str = ""


async def cabinet(conn: Connection, parts: Parts) -> Cabinet:
    """Every file as it is now.

    Raises:
        HTTPException: a 404 before the first load of a site.
    """
    now, plan = parts.clock(), parts.plan
    document = await site_in_force(conn)
    units = await all_units(conn, plan.units, today(now, plan.time_zone))
    known = {record.unit: record for _, record in units}
    held = await totals(conn)
    entries = await standing_entries(conn)
    around = await asyncio.to_thread(Surroundings, document, plan.files, known, held)
    return await asyncio.to_thread(_put_together, document, around, entries, parts, now)


async def seen_cabinet(conn: Connection, parts: Parts, actor: Actor, right: Right) -> Cabinet:
    """The files that somebody has a right for.

    Raises:
        HTTPException: a 404 before the first load of a site.
    """
    found = await cabinet(conn, parts)
    seen = [one for one in found.files if may(actor, right, one.subject.path)]
    return msgspec.structs.replace(found, files=seen)


def _put_together(
    document: SiteDocument,
    around: Surroundings,
    entries: Iterable[FileEntry],
    parts: Parts,
    now: int,
) -> Cabinet:
    rules = parts.plan.files
    by_file: dict[tuple[str, str], list[FileEntry]] = {}
    for entry in entries:
        by_file.setdefault((entry.kind, entry.subject), []).append(entry)
    files = [
        Found(
            subject,
            file_state(
                by_file.get((subject.kind, subject.id), ()),
                around.facts(subject),
                rules.kinds[subject.kind].parts,
                now,
            ),
        )
        for subject in subjects(document, rules)
    ]
    return Cabinet(document, around, files)


def chosen(files: Iterable[Found], wanted: Wanted) -> list[Found]:
    """Those that are asked for."""
    words = wanted.search.lower().split()
    return [
        one
        for one in files
        if (wanted.kind is None or one.subject.kind == wanted.kind)
        and (wanted.grid is None or wanted.grid in one.subject.path)
        and (wanted.stage is None or one.state.stage == wanted.stage)
        and (not wanted.stale or one.state.stale)
        and all(word in _text(one.subject) for word in words)
    ]


def _text(subject: Subject) -> str:
    parts = (subject.id, subject.name.en, subject.name.zh, subject.grid, subject.kind)
    return " ".join(parts).lower()
