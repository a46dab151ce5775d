"""The audit log's chain: nothing altered, left out or exchanged goes unseen."""

from __future__ import annotations

import msgspec
import pytest

from hub.audit.domain import Break, Entry, Head, SealedEntry, breaks, first_break, sealed


def log(entries: int) -> list[SealedEntry]:
    chained: list[SealedEntry] = []
    for number in range(entries):
        entry = Entry(at=number, actor="p", action="trace.read", subject="s", data={"n": number})
        after = chained[-1] if chained else None
        chained.append(
            sealed(entry) if after is None
            else sealed(entry, after=after.seq, prev_hash=after.hash)
        )  # fmt: skip
    return chained


def test_an_unaltered_log_is_sound_also_page_by_page() -> None:
    """PR-03 in part"""
    whole = log(5)
    assert first_break(whole) is None
    assert first_break(whole[2:], after=2, prev_hash=whole[1].hash) is None


@pytest.mark.parametrize("at", [0, 2, 4])
def test_an_altered_entry_is_named(at: int) -> None:
    """PR-03 in part"""
    whole = log(5)
    entry = msgspec.structs.replace(whole[at].entry, actor="somebody-else")
    whole[at] = msgspec.structs.replace(whole[at], entry=entry)
    assert first_break(whole) == at + 1


def test_a_missing_or_exchanged_entry_is_named() -> None:
    """PR-03 in part"""
    whole = log(5)
    assert first_break(whole[:2] + whole[3:]) == 3
    assert first_break([whole[0], whole[2], whole[1]]) == 2


def test_an_entry_that_was_written_anew_with_its_hash_is_named() -> None:
    """PR-03 in part: the next one rests on what stood there before."""
    whole = log(5)
    entry = msgspec.structs.replace(whole[2].entry, subject="another")
    whole[2] = sealed(entry, after=2, prev_hash=whole[1].hash)
    assert list(breaks(whole)) == [Break(seq=3, why="altered")]


def test_every_break_is_told_with_what_it_looks_like() -> None:
    """PR-03 in part"""
    whole = log(8)
    entry = msgspec.structs.replace(whole[1].entry, action="nothing")
    whole[1] = msgspec.structs.replace(whole[1], entry=entry)
    doubled = [*whole[:4], whole[3], *whole[4:5], *whole[6:]]
    assert list(breaks(doubled, Head())) == [
        Break(seq=2, why="altered"),
        Break(seq=4, why="inserted"),
        Break(seq=6, why="missing"),
    ]
