"""Show: files as the views that the API sends."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Literal

from hub.cases.query import of_places
from hub.cases.sight import sees as sees_case
from hub.cases.views import case_view
from hub.directory import Directory
from hub.evacuation.views import total_view
from hub.files.domain import FileEntry, PartLine, milestones, per_grid
from hub.files.read import Cabinet, Found
from hub.files.rules import FileRules, Part
from hub.files.store import Attachment, described, history
from hub.files.subjects import Subject, building_path
from hub.files.views import (
    AttachmentView,
    DeviceInside,
    FileEntryView,
    FileLine,
    FileProgress,
    FileRulesView,
    HydrantNear,
    KindView,
    KnownView,
    MilestoneView,
    PartRuleView,
    PartView,
    ProgressLine,
    SubjectFile,
    UnitInside,
)
from hub.rights.domain import Actor, may
from hub.sites.domain import grid_path
from hub.units.read import today
from hub.views import instant, name_view, person_view
from hub.wiring import Connection, Parts
from ingest import clock

CASES = 50  # of a file; ours


def file_line(found: Found) -> FileLine:
    """A file as the list has it."""
    subject, state = found.subject, found.state
    return FileLine(
        kind=subject.kind,
        subject=subject.id,
        name=name_view(subject.name),
        at=subject.at,
        building=subject.building,
        floor=subject.floor,
        grid=subject.grid,
        grid_path=list(subject.path),
        stage=state.stage,
        share=state.share,
        missing=list(state.missing),
        stale=list(state.stale),
        updated=instant(state.updated),
    )


async def subject_file(
    conn: Connection, parts: Parts, cabinet: Cabinet, found: Found, actor: Actor
) -> SubjectFile:
    """A whole file, as far as somebody may see what lies around its subject."""
    subject = found.subject
    entries = await history(conn, subject.kind, subject.id)
    hashes = {one for entry in entries for one in entry.attachments}
    kept = await described(conn, hashes)
    rules = parts.plan.files.kinds[subject.kind].parts
    return SubjectFile(
        file=file_line(found),
        parts=[_part(line, rules[line.name], kept, parts.directory) for line in found.state.parts],
        known=await _known(conn, parts, cabinet, subject, actor),
        history=[_entry(entry, kept, parts.directory) for entry in reversed(entries)],
    )


def file_progress(
    parts: Parts, cabinet: Cabinet, grid: str | None, sees: Callable[[Sequence[str]], bool]
) -> FileProgress:
    """How far every grid is that has files and that `sees` says yes to, by its path.

    Only `grid` and below it if one is named.
    """
    day = today(parts.clock(), parts.plan.time_zone)
    grids = {one.code: one for one in cabinet.document.grids}
    parents = {one.code: one.parent for one in cabinet.document.grids}
    paths = {code: grid_path(parents, code) for code in grids}
    done = per_grid(((one.subject.path, one.state) for one in cabinet.files), grids)
    lines = [
        ProgressLine(
            grid=code,
            name=name_view(grids[code].name),
            level=len(paths[code]) - 1,
            files=one.files,
            complete=one.complete,
            consolidated=one.consolidated,
            missing=one.missing,
            milestones=[
                MilestoneView(
                    stage=mark.stage,
                    by=mark.by,
                    done=mark.done,
                    files=mark.files,
                    days_left=mark.days_left,
                    late=mark.late,
                )
                for mark in milestones(one, parts.plan.files, day)
            ],
        )
        for code, one in sorted(done.items(), key=lambda pair: paths[pair[0]])
        if one.files and sees(paths[code]) and (grid is None or grid in paths[code])
    ]
    return FileProgress(today=day, grids=lines)


def rules_view(rules: FileRules) -> FileRulesView:
    """The plan's rules for the page."""
    return FileRulesView(
        kinds=[
            KindView(
                kind=kind,
                parts=[_rule(name, part) for name, part in of_kind.parts.items()],
            )
            for kind, of_kind in rules.kinds.items()
        ],
        complete=rules.complete,
        consolidated=rules.consolidated,
    )


def attachment_view(one: Attachment) -> AttachmentView:
    """An attachment for the page."""
    return AttachmentView(hash=one.hash, type=one.type, name=one.name, size=one.size)


async def _known(
    conn: Connection, parts: Parts, cabinet: Cabinet, subject: Subject, actor: Actor
) -> KnownView:
    around = cabinet.around

    def seen(what: Literal["place", "device", "unit"], id_: str) -> bool:
        return may(actor, "registers.read", around.path_of(what, id_))

    total = around.total(subject)
    if subject.kind != "building" and total is not None:  # its building may reach further
        home = building_path(cabinet.document, subject.building or "")
        total = total if may(actor, "registers.read", home) else None
    held = None if total is None else total.holds
    places = [one for one in around.places(subject) if seen("place", one)]
    cases = await of_places(conn, places, CASES)
    return KnownView(
        devices=[
            DeviceInside(id=one.id, kind=one.kind, place=one.place)
            for one in around.devices(subject)
            if seen("device", one.id)
        ],
        hydrants=[
            HydrantNear(id=one.device, metres=round(one.metres, 1))
            for one in around.hydrants(subject)
            if seen("device", one.device)
        ],
        units=[
            UnitInside.model_validate(
                {
                    "id": unit.id,
                    "name": name_view(unit.name),
                    "class": None if record is None else record.unit_class,
                    "filed": record is not None and record.filed,
                }
            )
            for unit, record in ((one, around.record(one.id)) for one in around.units(subject))
            if seen("unit", unit.id)
        ],
        residents=around.residents(subject),
        to_help=None if held is None else total_view(held, parts.directory),
        cases=[
            case_view(case, parts.directory, parts.clock())
            for case in cases
            if sees_case(actor, case)
        ],
    )


def _rule(name: str, part: Part) -> PartRuleView:
    return PartRuleView(
        id=name,
        title=name_view(part.title),
        holds=part.holds,
        known=part.known,
        required=part.required,
        stale_days=part.stale_days,
    )


def _part(
    line: PartLine, part: Part, kept: Mapping[str, Attachment], directory: Directory
) -> PartView:
    observed, declared = line.entries.observed, line.entries.declared
    return PartView(
        **dict(_rule(line.name, part)),
        state=line.state,
        at=instant(line.at),
        observed=None if observed is None else _entry(observed, kept, directory),
        declared=None if declared is None else _entry(declared, kept, directory),
        differ=observed is not None
        and declared is not None
        and (observed.data, observed.attachments) != (declared.data, declared.attachments),
    )


def _entry(entry: FileEntry, kept: Mapping[str, Attachment], directory: Directory) -> FileEntryView:
    return FileEntryView(
        part=entry.part,
        source=entry.source,
        value=entry.data.get("value"),
        attachments=[attachment_view(kept[one]) for one in entry.attachments if one in kept],
        note=entry.note,
        actor=person_view(entry.actor, directory),
        at=clock.moment(entry.at),
    )
