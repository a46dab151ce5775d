"""Spool view: what waits in an agent's spool, looked at while the agent is stopped.

Nothing is changed: batches leave a spool only when ingest acknowledges them.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Generator, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from edge.courier import Parcel
from edge.spool_file import SpoolError, SpoolInUseError, open_file, translated
from edge.wire import Micros

SUFFIX = ".spool"


class NoSuchSpoolError(SpoolError):
    """There is no spool of that agent in the folder."""


@dataclass(frozen=True, slots=True)
class SpoolFacts:
    """Counts of items since the file began, and what waits; `oldest` is when it was spooled.

    `epochs` are the openings of the spool that the waiting batches were made in.
    """

    agent: str
    epochs: int
    batches: int
    bytes: int
    oldest: Micros | None
    made: int
    acknowledged: int
    evicted: int


def spooled_agents(folder: Path) -> list[str]:
    """The agents that have a spool in the folder, by name."""
    return sorted(path.stem for path in folder.glob(f"*{SUFFIX}"))


class SpoolView:
    """A spool that nobody else has open; `opened` makes one."""

    def __init__(self, db: sqlite3.Connection, path: Path) -> None:
        self._db = db
        self._path = path

    def facts(self) -> SpoolFacts:
        """What is in it."""
        with translated(self._path):
            return SpoolFacts(self._path.stem, *self._db.execute(_FACTS).fetchone())

    def parcels(self) -> Iterator[Parcel]:
        """Everything that waits, in the order in which it was made."""
        with translated(self._path):
            for row in self._db.execute(_PARCELS):
                yield Parcel(*row)


@contextmanager
def opened(folder: Path, agent: str) -> Generator[SpoolView]:
    """The spool of one agent.

    Raises:
        NoSuchSpoolError: the agent has none there.
        SpoolInUseError: the agent runs.
        SpoolError: the file is damaged, or the disk fails.
    """
    path = folder / f"{agent}{SUFFIX}"
    if not path.is_file():
        raise NoSuchSpoolError(f"{folder} holds no spool of {agent}; {_known(folder)}")
    try:
        with translated(path):
            db = open_file(path)
    except SpoolInUseError as error:
        raise SpoolInUseError(
            f"agent {agent} runs and holds its spool: stop it, do this again, and start it again"
        ) from error
    try:
        yield SpoolView(db, path)
    finally:
        db.close()


def _known(folder: Path) -> str:
    agents = spooled_agents(folder)
    return f"there are: {', '.join(agents)}" if agents else "there is none; check data_dir"


_FACTS = """
SELECT (SELECT count(DISTINCT (SELECT max(before) FROM epochs WHERE before < number)) FROM batches),
       (SELECT count(*) FROM batches), (SELECT coalesce(sum(size), 0) FROM batches),
       (SELECT min(made) FROM batches), made, acknowledged, evicted
FROM life
"""
_PARCELS = """
SELECT number - (SELECT max(before) FROM epochs WHERE before < number), channel, items, payload
FROM batches ORDER BY number
"""
