"""Rebatch: rows of the raw tables as batches again, so that history can be judged like the feed.

The tables keep what happened, of which device, and when it was received, but not which rows came in
one batch. Rows of one agent that were received at one moment are taken as one batch, in the order
of their event times. Pure.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from edge.wire import Detection, DeviceState, Micros, Origin, Readings
from ingest.feed import CommittedBatch, CommittedSwipe

STRANGERS = "ingest"  # whose batch the rows of devices are that the site does not have


@dataclass(frozen=True, slots=True)
class ReadingRows:
    """Columns of one length; `device` and `quantity` index the two tables of names."""

    devices: list[str]
    quantities: list[str]
    received: NDArray[np.int64]
    device: NDArray[np.int64]
    quantity: NDArray[np.int64]
    time: NDArray[np.int64]
    value: NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Stretch:
    """All rows that were received in one stretch of time.

    `origins` names, by agent and receipt, the batches that were not live.
    """

    readings: ReadingRows
    swipes: list[tuple[Micros, CommittedSwipe]]
    detections: list[tuple[Micros, Detection]]
    states: list[tuple[Micros, DeviceState]]
    origins: Mapping[tuple[str, Micros], Origin]


# When a batch was received, whether it is a note of ingest's, and its agent.
_Place: TypeAlias = tuple[Micros, bool, str]


@dataclass(slots=True)
class _Parts:
    """What one agent brought at one moment; readings as positions in the columns."""

    readings: NDArray[np.int64] = field(default_factory=lambda: np.empty(0, dtype=np.int64))
    swipes: list[CommittedSwipe] = field(default_factory=list[CommittedSwipe])
    detections: list[Detection] = field(default_factory=list[Detection])
    states: list[DeviceState] = field(default_factory=list[DeviceState])


def rebatch(stretch: Stretch, agents: Mapping[str, str]) -> Iterator[CommittedBatch]:
    """The rows as batches in the order of receipt; `agents` is each device's agent.

    Ingest's notes that an agent came or went are batches of their own, behind the others of their
    moment, as ingest writes them.
    """
    notes = set(agents.values())
    parts: dict[_Place, _Parts] = {}

    def part(received: Micros, device: str) -> _Parts:
        note = device in notes
        agent = device if note else agents.get(device, STRANGERS)
        return parts.setdefault((received, note, agent), _Parts())

    rows = stretch.readings
    for received, device, at in _groups(rows, agents):
        part(received, device).readings = at
    for received, swipe in stretch.swipes:
        part(received, swipe.reader).swipes.append(swipe)
    for received, seen in stretch.detections:
        part(received, seen.device).detections.append(seen)
    for received, state in stretch.states:
        part(received, state.device).states.append(state)
    overtaken = _overtaken(rows, parts)
    for seq, (received, note, agent) in enumerate(sorted(parts), start=1):
        one = parts[received, note, agent]
        devices, quantities, readings = _packed(rows, one.readings)
        yield CommittedBatch(
            agent=agent,
            epoch=0,
            seq=seq,
            origin=stretch.origins.get((agent, received), "live"),
            received=received,
            devices=devices,
            quantities=quantities,
            readings=readings,
            swipes=sorted(one.swipes, key=lambda swipe: (swipe.time, swipe.reader, swipe.person)),
            detections=sorted(one.detections, key=lambda seen: (seen.time, seen.device)),
            states=sorted(one.states, key=lambda state: (state.time, state.device)),
            urgent=(received, note, agent) in overtaken,
        )


def _overtaken(rows: ReadingRows, parts: Mapping[_Place, _Parts]) -> set[_Place]:
    """The batches that came before others of their agent with older events only."""
    found: set[_Place] = set()
    oldest_behind: dict[str, Micros] = {}
    for place in sorted(parts, reverse=True):
        received, note, agent = place
        if note:
            continue
        newest = min(_newest(rows, parts[place]), received)
        if newest > oldest_behind.get(agent, newest):
            found.add(place)
        oldest_behind[agent] = min(newest, oldest_behind.get(agent, newest))
    return found


def _newest(rows: ReadingRows, one: _Parts) -> Micros:
    times = [item.time for item in (*one.swipes, *one.detections, *one.states)]
    if one.readings.size:
        times.append(int(rows.time[one.readings].max()))
    return max(times)


def _groups(
    rows: ReadingRows, agents: Mapping[str, str]
) -> Iterator[tuple[Micros, str, NDArray[np.int64]]]:
    """Receipt, one of the devices, and positions in event order, by receipt and agent."""
    if not len(rows.time):
        return
    names = sorted({*agents.values(), STRANGERS})
    number = {name: index for index, name in enumerate(names)}
    of_device = np.array([number[agents.get(name, STRANGERS)] for name in rows.devices])
    agent = of_device[rows.device]
    order = np.lexsort((rows.quantity, rows.device, rows.time, agent, rows.received))
    received, agent = rows.received[order], agent[order]
    first = np.r_[True, (received[1:] != received[:-1]) | (agent[1:] != agent[:-1])]
    starts = np.flatnonzero(first)
    for start, end in zip(starts, np.r_[starts[1:], len(order)], strict=True):
        at = order[start:end]
        yield int(received[start]), rows.devices[int(rows.device[at[0]])], at


def _packed(rows: ReadingRows, at: NDArray[np.int64]) -> tuple[list[str], list[str], Readings]:
    devices, device = np.unique(rows.device[at], return_inverse=True)
    quantities, quantity = np.unique(rows.quantity[at], return_inverse=True)
    return (
        [rows.devices[int(one)] for one in devices],
        [rows.quantities[int(one)] for one in quantities],
        Readings(
            device=device.astype("<u2").tobytes(),
            quantity=quantity.astype("<u2").tobytes(),
            time=rows.time[at].astype("<i8").tobytes(),
            value=rows.value[at].astype("<f8").tobytes(),
        ),
    )
