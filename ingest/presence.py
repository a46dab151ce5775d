"""Presence: which agents are there, from their own reports and their last wills. Pure.

Only a change between online and offline is an event; every report refreshes the agent's row.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import msgspec

from edge.wire import AgentState, DeviceState
from ingest.arrival import Report
from ingest.feed import CommittedBatch
from ingest.simple import single

AGENTS_CHANNEL = "gridwarden_agents"  # PostgreSQL NOTIFY channel: a report came; empty payload


@dataclass(frozen=True, slots=True)
class Presence:
    """What a lot of reports comes to: the newest per agent, and the changes in order."""

    newest: dict[str, Report]
    changes: list[CommittedBatch]


def settle(known: Mapping[str, AgentState], reports: Sequence[Report]) -> Presence:
    """Fold reports, in the order of arrival, over the states the store knows.

    A retained report that says what the store knows already is no news: the broker repeats it
    whenever a worker subscribes. A change carries its receipt time, because a last will was
    written long before it came true.
    """
    states = dict(known)
    newest: dict[str, Report] = {}
    changes: list[CommittedBatch] = []
    for report in reports:
        agent, before = report.state.agent, states.get(report.state.agent)
        if report.retained and before == report.state:
            continue
        if before is None or before.online != report.state.online:
            changes.append(_change(report))
        states[agent] = report.state
        newest[agent] = report
    return Presence(newest, changes)


def _change(report: Report) -> CommittedBatch:
    state = report.state
    word = "online" if state.online else "offline"
    changed = DeviceState(state.agent, report.received, word)
    batch = single(state.agent, report.received, states=[changed])
    return msgspec.structs.replace(batch, seq=report.received)
