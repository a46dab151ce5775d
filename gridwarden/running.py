"""Running: where a running demo can be reached, left in its data folder for other commands."""

from __future__ import annotations

import os
from pathlib import Path

import msgspec

FILE = "running.json"


class Running(msgspec.Struct, frozen=True, kw_only=True):
    """Addresses of a running demo, and the process that answers for them."""

    pid: int
    database_url: str
    broker_url: str
    page: str


def announce(data_dir: Path, running: Running) -> None:
    """Leave the addresses for other commands, readable by their owner only."""
    path = data_dir / FILE
    path.unlink(missing_ok=True)
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        file.write(msgspec.json.format(msgspec.json.encode(running)))


def withdraw(data_dir: Path) -> None:
    """Take the addresses away again."""
    (data_dir / FILE).unlink(missing_ok=True)


def find_running(data_dir: Path) -> Running | None:
    """The demo that runs in this data folder, if one does."""
    try:
        found = msgspec.json.decode((data_dir / FILE).read_bytes(), type=Running)
    except (OSError, msgspec.DecodeError):
        return None
    try:
        os.kill(found.pid, 0)
    except ProcessLookupError:
        return None
    except PermissionError:
        return found
    return found
