"""The exported log proves itself: what was altered, cut or added in the file is seen."""

from __future__ import annotations

import pytest

from hub.audit.domain import Entry, Head, SealedEntry, first_break, sealed
from hub.audit.exported import (
    NoAuditFileError,
    end_line,
    entry_line,
    read_entries,
    read_start,
    start_line,
)


def chained(count: int) -> list[SealedEntry]:
    found: list[SealedEntry] = []
    for number in range(count):
        entry = Entry(
            at=number, actor="张三", action="a", subject="s", data={"x": 1.0, "y": [None]}
        )
        last = found[-1] if found else None
        found.append(sealed(entry, after=last.seq, prev_hash=last.hash) if last else sealed(entry))
    return found


def lines() -> list[str]:
    whole = chained(5)
    part = whole[2:]
    before = Head(whole[1].seq, whole[1].hash)
    end = Head(whole[-1].seq, whole[-1].hash)
    return [start_line(before, 7), *map(entry_line, part), end_line(end)]


def broken(text: list[str]) -> int | None:
    before, end = read_start(text[0]), list[Head]()
    found = list(read_entries(text[1:], end))
    return first_break(found, after=before.seq, prev_hash=before.hash)


def test_a_part_of_the_log_is_proven_from_the_file_alone() -> None:
    """PR-03 in part"""
    assert broken(lines()) is None


def test_what_was_altered_in_the_file_is_named() -> None:
    """PR-03 in part"""
    text = lines()
    text[2] = text[2].replace("张三", "李四")
    assert broken(text) == 4
    text = lines()
    del text[2]
    assert broken(text) == 4


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (lambda text: text[:-1], "cut short"),
        (lambda text: [*text, text[1]], "behind the last"),
        (lambda text: [*text[:2], "{}", *text[2:]], "line 3"),
        (lambda text: [*text[:2], "no JSON", *text[2:]], "line 3"),
        (lambda text: text[1:], "first line"),
        (lambda text: [text[0].replace("audit/1", "audit/9"), *text[1:]], "audit/9"),
    ],
)
def test_what_is_no_whole_file_is_refused(change: object, said: str) -> None:
    with pytest.raises(NoAuditFileError, match=said):
        broken(change(lines()))  # type: ignore[operator]
