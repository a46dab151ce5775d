"""Write: decoded messages into the store, each identity once, all of a lot in one transaction.

Rows, identities, dead letters and feed become visible together or not at all. What the database
refuses for its content is found by halving, set aside as a dead letter, and the rest goes on.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import msgspec
import psycopg

from edge.wire import AgentState, encode_agent_state
from ingest.arrival import Arrival, Entry, Message, Refusal, Report
from ingest.claim import claim
from ingest.clock import moment
from ingest.commit import copy_letters, feed
from ingest.counters import count
from ingest.feed import CommittedBatch
from ingest.names import MAX_QUANTITIES, Names
from ingest.presence import AGENTS_CHANNEL, settle
from ingest.rows import Rows, device_names, event_times
from ingest.rules import NamedOutside
from ingest.sensors import Sensors
from ingest.series import Series
from ingest.setaside import keep_to, set_aside
from ingest.sql import load_queries
from ingest.standing import drop_standing
from ingest.told import drop_told

IMPOSTORS = "messages_of_another_agent"  # counter: content and topic name two agents
_QUERIES = load_queries("ingest", "write.sql")
_CONTENT_ERRORS = (
    psycopg.DataError,
    psycopg.IntegrityError,
    psycopg.errors.ProgramLimitExceeded,
    OverflowError,  # a number that has no form in COPY or MessagePack
)


@dataclass(frozen=True, slots=True)
class Tally:
    """Items stored and dead-lettered, and messages that had been taken before."""

    stored: int = 0
    refused: int = 0
    duplicates: int = 0

    def __add__(self, other: Tally) -> Tally:
        return Tally(
            self.stored + other.stored,
            self.refused + other.refused,
            self.duplicates + other.duplicates,
        )


class Writer:
    """Writes lots of entries; keeps what it learnt about names and partitions between them."""

    def __init__(self, *, max_unregistered: int) -> None:
        """`max_unregistered`: how many devices unknown to the hub may be stored in all."""
        self._devices = Names("devices", room=max_unregistered)
        self._quantities = Names("quantities", room=MAX_QUANTITIES)
        self._sensors = Sensors(self._devices, self._quantities)
        self._series = Series()
        self._rows = Rows(self._devices, self._quantities)
        self._no_room = (
            f"no room for a name: {max_unregistered} unregistered devices or "
            f"{MAX_QUANTITIES} quantities stored"
        )

    def write(self, conn: psycopg.Connection[Any], entries: Sequence[Entry]) -> Tally:
        """Commit the entries. When it returns, all of them may be acknowledged.

        `conn` is in autocommit mode and serves this writer alone.

        Raises:
            psycopg.OperationalError: connection lost or server in trouble; whatever was not
                committed can be written again, and what was counts as a duplicate then.
        """
        try:
            return self._commit(conn, entries)
        except _CONTENT_ERRORS:
            self._forget()  # a name or partition may have gone since we learnt of it
            if len(entries) > 1:
                middle = len(entries) // 2
                return self.write(conn, entries[:middle]) + self.write(conn, entries[middle:])
            return self._commit_doubtful(conn, entries[0])

    def _commit_doubtful(self, conn: psycopg.Connection[Any], entry: Entry) -> Tally:
        try:
            return self._commit(conn, [entry])
        except _CONTENT_ERRORS as error:
            reason = f"refused by the database: {_told(error)}"
            return self._commit(conn, [set_aside(entry, reason)])

    def _forget(self) -> None:
        self._devices.forget()
        self._quantities.forget()
        self._sensors.forget()
        self._series.forget()

    def _commit(self, conn: psycopg.Connection[Any], entries: Sequence[Entry]) -> Tally:
        messages, reports = self._admit(conn, entries)
        self._make_room(conn, messages, reports)
        with conn.transaction():
            fresh = claim(conn, messages)
            claimed = sum(map(_stored, fresh))
            fresh = drop_told(conn, fresh, self._devices, self._quantities)
            fresh = drop_standing(conn, fresh, self._devices, self._quantities)
            told = claimed - sum(map(_stored, fresh))
            batches = [entry.batch for entry in fresh if isinstance(entry, Arrival)]
            batches += self._meet(conn, reports)
            letters = [letter for entry in fresh for letter in entry.letters]
            self._rows.copy(conn, batches)
            copy_letters(conn, letters)
            if impostors := sum(isinstance(one, Refusal) and one.impostor for one in fresh):
                count(conn, IMPOSTORS, impostors)
            feed(conn, [batch for batch in batches if len(batch)])
        return Tally(
            stored=sum(len(batch) for batch in batches),
            refused=sum(letter.items for letter in letters),
            duplicates=len(messages) - len(fresh) + told,
        )

    def _admit(
        self, conn: psycopg.Connection[Any], entries: Sequence[Entry]
    ) -> tuple[list[Message], list[Report]]:
        """Messages and reports, without those items whose names the store has no room for."""
        messages = [entry for entry in entries if not isinstance(entry, Report)]
        reports = [entry for entry in entries if isinstance(entry, Report)]
        arrivals = [entry for entry in messages if isinstance(entry, Arrival)]
        named = {name for arrival in arrivals for name in device_names(arrival.batch)}
        named |= {report.state.agent for report in reports}
        measured = {name for arrival in arrivals for name in arrival.batch.quantities}
        devices = self._devices.admit(conn, named)
        quantities = self._quantities.admit(conn, measured)
        if not devices and not quantities:
            return messages, reports
        rule = NamedOutside(devices, quantities, self._no_room)
        strangers = [report for report in reports if report.state.agent in devices]
        return (
            [keep_to(rule, entry) for entry in messages]
            + [set_aside(report, self._no_room) for report in strangers],
            [report for report in reports if report.state.agent not in devices],
        )

    def _make_room(
        self,
        conn: psycopg.Connection[Any],
        messages: Sequence[Message],
        reports: Sequence[Report],
    ) -> None:
        batches = [entry.batch for entry in messages if isinstance(entry, Arrival)]
        self._sensors.admit(conn, batches)
        batches += settle({}, reports).changes  # at least those that may turn out to be changes
        for table, times in event_times(batches).items():
            self._series.make_room(conn, table, times)

    def _meet(
        self, conn: psycopg.Connection[Any], reports: Sequence[Report]
    ) -> list[CommittedBatch]:
        """Refresh the agents' rows; returns who came or went, as batches of one state."""
        if not reports:
            return []
        agents = sorted({report.state.agent for report in reports})
        rows = conn.execute(_QUERIES["known_agents"], [agents])
        known = [msgspec.convert(row[0], AgentState) for row in rows]
        presence = settle({state.agent: state for state in known}, reports)
        newest = presence.newest.values()
        columns = {
            "name": list(presence.newest),
            "site": [report.site for report in newest],
            "online": [report.state.online for report in newest],
            "reported": [moment(report.received) for report in newest],
            "state": [encode_agent_state(report.state).decode() for report in newest],
        }
        conn.execute(_QUERIES["meet_agents"], columns)
        conn.execute(_QUERIES["wake_watchers"], [AGENTS_CHANNEL])
        return presence.changes


def _stored(message: Message) -> int:
    return len(message.batch) if isinstance(message, Arrival) else 0


def _told(error: Exception) -> str:
    if isinstance(error, psycopg.Error):
        return error.diag.message_primary or type(error).__name__
    return str(error)
