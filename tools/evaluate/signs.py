"""Signs: the follower's ticks between the batches, with the agents' reports and ingest's beats."""

from __future__ import annotations

import heapq
from collections.abc import Iterable, Iterator, Sequence

from edge.simulate.clock import SECOND
from edge.wire import Micros
from hub.anomalies.replay import Taken, Tick
from hub.anomalies.row import Pulse
from tools.evaluate.outages import Outage
from tools.evaluate.stream import COMMIT, WILL_AFTER, comings_and_goings

TICK: Micros = SECOND // 10  # as `hub.anomalies.follow` has it
PULSE: Micros = SECOND
REPORT: Micros = 5 * SECOND  # as `edge.report_s` has it, and about ingest's beat


def followed(
    batches: Iterable[Taken],
    away: dict[str, Sequence[Outage]],
    down: Sequence[Outage],
    origin: Micros,
    end: Micros,
) -> Iterator[Taken | Tick]:
    """The steps of a follower that is never behind: batches, ticks and signs of life in order.

    `away` is when each agent has no link, `down` when ingest hears nobody. Nothing is told of the
    spools: both agents always have something to send.
    """
    notes = (Taken(note.received + COMMIT, note) for note in comings_and_goings(away, down))
    ticks = _ticks(away, down, origin, end)
    return heapq.merge(ticks, batches, notes, key=lambda step: step.at)


def _ticks(
    away: dict[str, Sequence[Outage]], down: Sequence[Outage], origin: Micros, end: Micros
) -> Iterator[Tick]:
    agents: dict[str, Micros] = {}
    ingest: Micros | None = None
    for at in range(origin, end, TICK):
        if (at - origin) % REPORT == 0 and not any(one.holds(at) for one in down):
            ingest = at
            for agent, outages in away.items():
                if not any(one.holds(at) for one in outages):
                    agents[agent] = at
        if (at - origin) % PULSE:
            yield Tick(at)
            continue
        gone = {
            agent
            for agent, outages in away.items()
            if any(one.start + WILL_AFTER <= at < one.end for one in outages)
        }
        heard = {agent: seen for agent, seen in agents.items() if agent not in gone}
        yield Tick(at, Pulse(heard, ingest))
