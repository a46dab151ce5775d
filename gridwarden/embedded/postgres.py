"""Embedded PostgreSQL: one server under our supervision, on a Unix socket only.

Nothing listens on the network. Who may enter the socket's private folder, its owner and root, is
the superuser; nobody else gets in. The server ends fast and clean when its supervisor is killed,
and a cluster whose server was killed too recovers by itself at the next start.
"""

from __future__ import annotations

import logging
import signal
import subprocess
import time
from collections.abc import Mapping
from pathlib import Path
from types import TracebackType
from typing import Self
from urllib.parse import quote

import psycopg
from psycopg import sql

from gridwarden.embedded.binaries import Binaries, find_binaries
from gridwarden.embedded.cluster import (
    ENVIRONMENT,
    SUPERUSER,
    check_version,
    clear_stale_server,
    create_cluster,
    write_settings,
)
from gridwarden.embedded.errors import EmbeddedError
from gridwarden.embedded.launch import launch
from gridwarden.embedded.locks import FolderLock
from gridwarden.embedded.logs import ChildLog
from gridwarden.embedded.place import Place, make_passable, place_for

DATABASE = "gridwarden"
_STILL_IN_USE = "is still in use"  # backends of a killed server, which end within moments
_POLL_S = 0.02
_STOP_GRACE_S = ((signal.SIGINT, 30.0), (signal.SIGQUIT, 10.0), (signal.SIGKILL, 5.0))

_log = logging.getLogger(__name__)


class EmbeddedPostgres:
    """A PostgreSQL server of our own with all its files in `data_dir`.

    `settings` are server settings over ours, such as {"shared_buffers": "1GB"}.
    """

    def __init__(self, data_dir: Path, settings: Mapping[str, str] | None = None) -> None:
        self._home = data_dir.absolute()
        self._settings = dict(settings or {})
        self._lock: FolderLock | None = None
        self._place: Place | None = None
        self._process: subprocess.Popen[bytes] | None = None
        self._log_file: ChildLog | None = None

    @property
    def pid(self) -> int | None:
        """The server's process number while it runs."""
        return self._process.pid if self._process and self._process.poll() is None else None

    @property
    def url(self) -> str:
        """Address of our database.

        Raises:
            EmbeddedError: not started.
        """
        return self.url_of(DATABASE)

    def url_of(self, database: str) -> str:
        """Address of any database in this cluster.

        Raises:
            EmbeddedError: not started.
        """
        if self._place is None:
            raise EmbeddedError("the embedded PostgreSQL is not started")
        socket = quote(str(self._place.socket), safe="")
        return f"postgresql://{SUPERUSER}@/{quote(database, safe='')}?host={socket}"

    def start(self, timeout_s: float = 60) -> str:
        """Make the cluster at the first start, run the server, return our database's address.

        Does nothing while the server runs; starts it again when it has died.

        Raises:
            EmbeddedError: the folder is in use, of another version, or the server did not come
                up within `timeout_s`; then nothing is left running.
        """
        if self.pid is not None:
            return self.url
        deadline = time.monotonic() + timeout_s
        try:
            self._take_folder()
            self._start(deadline)
        except OSError as error:
            self.stop()
            raise EmbeddedError(
                f"PostgreSQL cannot start in {self._home}: {error}; check space and permissions"
            ) from error
        except BaseException:
            self.stop()
            raise
        return self.url

    def stop(self) -> None:
        """End the server: fast and clean, harder only when that takes too long. Idempotent."""
        if self._process is not None:
            for signal_number, grace_s in _STOP_GRACE_S:
                self._process.send_signal(signal_number)
                try:
                    self._process.wait(grace_s)
                    break
                except subprocess.TimeoutExpired:
                    _log.warning("postgres ignores %s for %g s", signal_number.name, grace_s)
            self._process = None
        if self._log_file is not None:
            self._log_file.join()
        self._place = None
        if self._lock is not None:
            self._lock.release()
            self._lock = None

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.stop()

    def _take_folder(self) -> None:
        if self._lock is None:  # held already when the server died under us
            make_passable(self._home)
            lock = FolderLock(self._home)
            lock.acquire()
            self._lock = lock

    def _start(self, deadline: float) -> None:
        place = place_for(self._home)
        binaries = find_binaries(place.account)
        create_cluster(place, binaries, durable=self._settings.get("fsync") != "off")
        check_version(place.cluster, binaries)
        clear_stale_server(place)
        write_settings(place, self._settings)
        self._place = place
        self._log_file = ChildLog(place.logs / "postgres.log")
        while not self._run(place, binaries, deadline):
            time.sleep(5 * _POLL_S)
        self._create_database()

    def _run(self, place: Place, binaries: Binaries, deadline: float) -> bool:
        """Start the server and wait for it; False when a killed one must first let go."""
        assert self._log_file is not None
        command = [str(binaries.folder / "postgres"), "-D", str(place.cluster)]
        process = launch(
            command,
            environment=ENVIRONMENT,
            folder=place.cluster,
            account=place.account,
            death_signal=signal.SIGINT,
        )
        self._process = process
        assert process.stdout is not None
        self._log_file.follow(process.stdout)
        while not self._accepts():
            if process.poll() is not None:
                self._log_file.join()
                words = self._log_file.tail()
                if _STILL_IN_USE in words and time.monotonic() < deadline:
                    return False
                raise EmbeddedError(f"PostgreSQL ended with code {process.returncode}:\n{words}")
            if time.monotonic() > deadline:
                raise EmbeddedError(f"PostgreSQL is not ready in time:\n{self._log_file.tail()}")
            time.sleep(_POLL_S)
        return True

    def _accepts(self) -> bool:
        try:
            psycopg.connect(self.url_of("postgres"), connect_timeout=2).close()
        except psycopg.OperationalError:
            return False
        return True

    def _create_database(self) -> None:
        query = "SELECT 1 FROM pg_database WHERE datname = %s"
        create = sql.SQL("CREATE DATABASE {}").format(sql.Identifier(DATABASE))
        try:
            with psycopg.connect(self.url_of("postgres"), autocommit=True) as connection:
                if connection.execute(query, [DATABASE]).fetchone() is None:
                    connection.execute(create)
        except psycopg.Error as error:
            raise EmbeddedError(f"PostgreSQL runs, but has no database of ours: {error}") from error
