"""The data folder: one holder, ports remembered, nothing for others to read."""

from __future__ import annotations

import os
import stat
from pathlib import Path

import pytest

from gridwarden.embedded.datadir import DataDir
from gridwarden.embedded.errors import EmbeddedError


def test_a_second_instance_is_refused_and_told_who_holds_it(tmp_path: Path) -> None:
    with (
        DataDir(tmp_path / "data"),
        pytest.raises(EmbeddedError, match=f"in use by process {os.getpid()}"),
        DataDir(tmp_path / "data"),
    ):
        pass
    with DataDir(tmp_path / "data"):
        pass


def test_ports_are_remembered_from_one_start_to_the_next(tmp_path: Path) -> None:
    with DataDir(tmp_path) as data:
        assert data.port("broker") is None
        data.remember_port("broker", 1883)
        data.remember_port("hub", 8080)
    with DataDir(tmp_path) as data:
        assert (data.port("broker"), data.port("hub")) == (1883, 8080)


def test_a_spoilt_ports_file_is_forgotten(tmp_path: Path) -> None:
    (tmp_path / "ports.json").write_text("{")
    with DataDir(tmp_path) as data:
        assert data.port("broker") is None


def test_the_folder_can_be_passed_through_but_not_read_by_others(tmp_path: Path) -> None:
    with DataDir(tmp_path / "data") as data:
        assert stat.S_IMODE(data.path.stat().st_mode) == 0o711
        assert stat.S_IMODE(data.logs.stat().st_mode) == 0o700


def test_a_folder_that_cannot_be_made_is_explained(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with (
        pytest.raises(EmbeddedError, match="GRIDWARDEN_DATA_DIR"),
        DataDir(tmp_path / "file" / "x"),
    ):
        pass
