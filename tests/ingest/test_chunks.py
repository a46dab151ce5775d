from __future__ import annotations

import pytest

from ingest.chunks import in_chunks


@pytest.mark.parametrize(
    ("there", "removed", "calls"), [(0, 0, 1), (9, 9, 1), (10, 10, 2), (25, 25, 3), (99, 30, 3)]
)
def test_chunks_end_with_what_there_is_or_with_the_round(
    there: int, removed: int, calls: int
) -> None:
    asked: list[int] = []

    def remove(most: int) -> int:
        nonlocal there
        asked.append(most)
        rows = min(most, there)
        there -= rows
        return rows

    assert in_chunks(remove, at_once=10, chunks=3) == removed
    assert asked == [10] * calls
