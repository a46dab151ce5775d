"""Patience: work on the database that waits through its absence instead of failing."""

from __future__ import annotations

import logging
from collections.abc import Callable
from threading import Event
from typing import Any, TypeVar

import psycopg

_FIRST_PAUSE_S = 0.1
_LONGEST_PAUSE_S = 5.0
_CONNECT_TIMEOUT_S = 5

# Internal: the server is in trouble, or may only be read since another took over.
_PASSING = (psycopg.OperationalError, psycopg.InterfaceError, psycopg.InternalError)

T = TypeVar("T")

log = logging.getLogger(__name__)


def connect(database_url: str, name: str) -> psycopg.Connection[Any]:
    """A connection in autocommit mode, named so that the database's own lists show it."""
    return psycopg.connect(
        database_url,
        autocommit=True,
        connect_timeout=_CONNECT_TIMEOUT_S,
        application_name=name,
    )


class PatientConnection:
    """One connection, made again whenever it is lost. Serves one thread."""

    def __init__(self, database_url: str, name: str, stop: Event) -> None:
        self._url = database_url
        self._name = name
        self._stop = stop
        self._conn: psycopg.Connection[Any] | None = None

    def run(self, work: Callable[[psycopg.Connection[Any]], T]) -> T | None:
        """Do the work, again from its beginning after each lost connection.

        The work must bear being done twice: a connection may be lost just after the commit.
        Returns None if `stop` was set before it succeeded; it is tried at least once.
        """
        pause = _FIRST_PAUSE_S
        while True:
            try:
                return self.attempt(work)
            except _PASSING as error:
                log.warning("ingest.database_lost", extra={"error": str(error), "pause": pause})
            if self._stop.wait(pause):
                return None
            pause = min(2 * pause, _LONGEST_PAUSE_S)

    def attempt(self, work: Callable[[psycopg.Connection[Any]], T]) -> T:
        """Do the work once.

        Raises:
            psycopg.Error: whatever went wrong; the connection is made anew the next time if it
                was lost.
        """
        if self._conn is None:
            self._conn = connect(self._url, self._name)
        try:
            return work(self._conn)
        except _PASSING:
            self.close()
            raise

    def close(self) -> None:
        """Give the connection back; the next use makes another."""
        if self._conn is not None:
            self._conn.close()
            self._conn = None
