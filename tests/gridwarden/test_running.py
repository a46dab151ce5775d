"""Other commands find a running demo in its data folder, and not one that has gone."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import pytest

from gridwarden.context import Context
from gridwarden.errors import GridwardenError
from gridwarden.running import FILE, Running, announce, find_running, withdraw


def running(pid: int) -> Running:
    return Running(
        pid=pid,
        database_url="postgresql://demo",
        broker_url="mqtt://127.0.0.1:1",
        page="http://127.0.0.1:2/",
    )


def test_a_command_beside_a_demo_uses_the_demos_services(tmp_path: Path) -> None:
    announce(tmp_path, running(os.getpid()))
    beside = Context(None, {"data_dir": tmp_path})
    assert beside.database_url == "postgresql://demo"
    assert beside.broker_url == "mqtt://127.0.0.1:1"


def test_settings_win_over_a_demo(tmp_path: Path) -> None:
    announce(tmp_path, running(os.getpid()))
    flags = {"data_dir": tmp_path, "broker": {"url": "mqtt://elsewhere:1883"}}
    assert Context(None, flags).broker_url == "mqtt://elsewhere:1883"


def test_only_its_owner_may_read_the_addresses(tmp_path: Path) -> None:
    announce(tmp_path, running(os.getpid()))
    assert (tmp_path / FILE).stat().st_mode & 0o777 == 0o600


def test_a_demo_that_was_killed_is_not_found(tmp_path: Path) -> None:
    with subprocess.Popen(["true"]) as ended:
        ended.wait()
    announce(tmp_path, running(ended.pid))
    assert find_running(tmp_path) is None


def test_without_settings_or_demo_the_remedy_is_named(tmp_path: Path) -> None:
    announce(tmp_path, running(os.getpid()))
    withdraw(tmp_path)
    alone = Context(None, {"data_dir": tmp_path})
    with pytest.raises(GridwardenError, match="GRIDWARDEN_DATABASE__URL"):
        _ = alone.database_url
    with pytest.raises(GridwardenError, match="GRIDWARDEN_BROKER__URL"):
        _ = alone.broker_url
