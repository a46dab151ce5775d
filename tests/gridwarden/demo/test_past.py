from __future__ import annotations

from pathlib import Path

import pytest

from gridwarden.demo import past
from gridwarden.demo.past import read_past
from gridwarden.errors import GridwardenError


def test_the_past_of_a_folder_stays_the_one_of_its_first_start(tmp_path: Path) -> None:
    first = read_past(tmp_path, 7, 14, 1_000_000)
    assert read_past(tmp_path, 8, 1, 2_000_000) == first
    assert [file.name for file in tmp_path.iterdir()] == [past.FILE]


@pytest.mark.parametrize("content", [b"", b'{"seed": 7', b"{}"])
def test_a_damaged_note_of_the_past_is_told_with_the_remedy(tmp_path: Path, content: bytes) -> None:
    (tmp_path / past.FILE).write_bytes(content)
    with pytest.raises(GridwardenError, match="move the folder away"):
        read_past(tmp_path, 7, 14, 1_000_000)
