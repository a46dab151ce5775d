"""Examine: every check, in the order in which a newcomer would mend them."""

from __future__ import annotations

import os
import sys
import tempfile
from pathlib import Path

from gridwarden.doctor.check import Check, judge_python, judge_socket
from gridwarden.doctor.machine import check_camera, check_clock, check_disk
from gridwarden.doctor.security import check_security
from gridwarden.doctor.services import check_broker, check_certificate, check_database
from gridwarden.embedded.datadir import DataDir
from gridwarden.embedded.place import socket_path
from gridwarden.running import find_running
from gridwarden.settings import Settings


def examine(settings: Settings) -> list[Check]:
    """Look at everything that the settings rest on; nothing of an instance is changed."""
    with tempfile.TemporaryDirectory(prefix="gw-doctor-") as name:
        trial = Path(name)
        trial.chmod(0o711)  # as root, the database's user must pass through
        database = check_database(settings.database, trial / "postgres")
        broker = check_broker(settings.broker, trial / "broker")
    checks = [
        judge_python(sys.version_info[:3]),
        *database.checks,
        broker,
        check_disk(settings.data_dir),
        check_clock(database.ahead_s, settings.ingest.future_tolerance_s),
        check_camera(),
    ]
    if settings.broker.certificate is not None:
        checks.append(check_certificate(settings.broker.certificate))
    if settings.database.url is None:
        path = socket_path(DataDir(settings.data_dir).postgres)
        checks.append(judge_socket(len(os.fsencode(path))))
    return checks + _security(settings)


def _security(settings: Settings) -> list[Check]:
    """Of the database in the settings, else of a demo that runs in the data folder."""
    if settings.database.url is not None:
        return check_security(settings.database.url.get_secret_value())
    running = find_running(settings.data_dir)
    return [] if running is None else check_security(running.database_url)
