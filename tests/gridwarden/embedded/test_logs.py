"""Logs of children stay bounded and never block who writes them."""

from __future__ import annotations

import os
from pathlib import Path

from gridwarden.embedded.logs import ChildLog


def follow(log: ChildLog, *chunks: bytes) -> None:
    reader, writer = os.pipe()
    log.follow(os.fdopen(reader, "rb"))
    for chunk in chunks:
        os.write(writer, chunk)
    os.close(writer)
    log.join(5)


def test_a_full_file_gives_way_to_a_new_one_and_one_old_one_stays(tmp_path: Path) -> None:
    log = ChildLog(tmp_path / "hub.log", max_bytes=1000)
    for _ in range(5):
        follow(log, b"x" * 600)
    sizes = {path.name: path.stat().st_size for path in tmp_path.iterdir()}
    assert sizes == {"hub.log": 600, "hub.log.1": 1200}


def test_the_tail_shows_the_last_lines(tmp_path: Path) -> None:
    log = ChildLog(tmp_path / "hub.log")
    follow(log, b"one\ntwo\nthree\n")
    assert log.tail(2) == "two\nthree"


def test_a_log_that_cannot_be_written_is_dropped_and_counted(tmp_path: Path) -> None:
    log = ChildLog(tmp_path / "no-such-folder" / "hub.log")
    follow(log, b"lost words")
    assert log.dropped_bytes == 10
    assert log.tail() == ""
