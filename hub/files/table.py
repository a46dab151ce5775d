"""Table of file entries: one row is one version of one part. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from difflib import get_close_matches

from edge.wire import Micros
from hub.files.domain import FileEntry, FileState
from hub.files.rules import FileKind, FileRules
from hub.files.write import faults, read_value
from hub.sourced import Source
from hub.tables import FIRST_LINE, BadCell

NEEDED = ("kind", "subject", "part", "value")
OPTIONAL = ("note",)

Row = Mapping[str, str]


def read_rows(
    rows: Iterable[Row],
    files: Mapping[tuple[str, str], FileState],
    rules: FileRules,
    *,
    source: Source,
    actor: str,
    now: Micros,
) -> tuple[list[FileEntry], list[BadCell]]:
    """Entries that a table brings, and what is wrong with it; an empty value says nothing.

    What a file says already by the same source brings no entry.
    """
    entries: list[FileEntry] = []
    bad: list[BadCell] = []
    seen: set[tuple[str, str, str]] = set()
    for line, row in enumerate(rows, start=FIRST_LINE):
        found = _wrong(row, files, rules, seen)
        if found is not None:
            column, text = found
            bad.append(BadCell(line, column, f"`{row[column][:40]}`: {text}"))
            continue
        kind, subject, part = _key(row)
        seen.add((kind, subject, part))
        if not row["value"]:
            continue
        data = {"value": read_value(rules.kinds[kind].parts[part], row["value"])}
        part_line = next(one for one in files[kind, subject].parts if one.name == part)
        held = part_line.entries
        before = held.observed if source == "observed" else held.declared
        if before is None or before.data != data:
            entries.append(
                FileEntry(
                    kind=kind,
                    subject=subject,
                    part=part,
                    source=source,
                    data=data,
                    note=row.get("note", ""),
                    actor=actor,
                    at=now,
                )
            )
    return entries, bad


def _wrong(
    row: Row,
    files: Mapping[tuple[str, str], FileState],
    rules: FileRules,
    seen: set[tuple[str, str, str]],
) -> tuple[str, str] | None:
    kind, subject, part = _key(row)
    if kind not in rules.kinds:
        return "kind", f"the plan has no such kind: use one of {', '.join(rules.kinds)}"
    if (kind, subject) not in files:
        close = get_close_matches(subject, [one for of, one in files if of == kind], n=1)
        meant = f"; did you mean {close[0]}?" if close else ""
        return "subject", f"the site has no {kind} of this id{meant}"
    if (kind, subject, part) in seen:
        return "part", "this part of this file stands in the table twice: keep one row"
    if not row["value"]:
        return None
    of_part = rules.kinds[kind].parts.get(part)
    try:
        value = row["value"] if of_part is None else read_value(of_part, row["value"])
    except ValueError as error:
        return "value", str(error)
    found = faults(rules, kind, part, value, (), ())
    return (found[0].field, found[0].text) if found else None


def _key(row: Row) -> tuple[FileKind, str, str]:
    return row["kind"], row["subject"], row["part"]  # type: ignore[return-value]  # checked above
