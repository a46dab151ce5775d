"""Standing: what the broker had retained and told without a time is news only where it differs.

A broker tells the last retained message of a topic again at each subscription: each start of a
worker, each lost connection. Nobody knows when it was measured. If it says what the store has as
the last of its device, it is that one; if not, something changed while nobody was listening, and it
counts from the moment at which we heard of it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any, TypeAlias

import msgspec
import psycopg

from edge.wire import Readings
from ingest import locks
from ingest.arrival import Arrival, Message
from ingest.feed import CommittedBatch
from ingest.names import Names
from ingest.sql import load_queries

_Key: TypeAlias = tuple[str, str] | tuple[str]  # device and quantity; of a state the device alone
_Keys: TypeAlias = frozenset[_Key]

_QUERIES = load_queries("ingest", "standing.sql")


def drop_standing(
    conn: psycopg.Connection[Any],
    messages: Sequence[Message],
    devices: Names,
    quantities: Names,
) -> list[Message]:
    """The messages; standing ones that say what the store has as the last are empty.

    Inside the caller's transaction. Workers look one after the other, as in `told.drop_told`.
    """
    standing = [m for m in messages if isinstance(m, Arrival) and m.standing]
    if not standing:
        return list(messages)
    conn.execute(_QUERIES["take_turn"], [locks.TOLD])
    asked = frozenset(key for each in standing for key in _told(each.batch))
    last = _last_values(conn, asked, devices, quantities) | _last_states(conn, asked, devices)
    kept: list[Message] = []
    for message in messages:
        if isinstance(message, Arrival):
            told = _told(message.batch, asked)  # a broker tells what it queued before, live
            if message.standing and told.items() <= last.items():
                message = replace(message, batch=_emptied(message.batch))
            last |= told
        kept.append(message)
    return kept


def _emptied(batch: CommittedBatch) -> CommittedBatch:
    return msgspec.structs.replace(batch, readings=Readings(b"", b"", b"", b""), states=[])


def _told(batch: CommittedBatch, asked: _Keys | None = None) -> dict[_Key, Any]:
    """What a batch says last of each key, or of each that is asked for."""
    told: dict[_Key, Any] = {(state.device,): (state.state, state.detail) for state in batch.states}
    readings = batch.readings
    if asked is None or any(key[0] in batch.devices for key in asked):
        keys = zip(
            map(batch.devices.__getitem__, readings.devices().tolist()),
            map(batch.quantities.__getitem__, readings.quantities().tolist()),
            strict=True,
        )
        told |= zip(keys, readings.values().tolist(), strict=True)
    return told if asked is None else {key: said for key, said in told.items() if key in asked}


def _last_values(
    conn: psycopg.Connection[Any], asked: _Keys, devices: Names, quantities: Names
) -> dict[_Key, Any]:
    keys = [key for key in asked if len(key) == 2]
    columns = {
        "device": [devices.number(device) for device, _ in keys],
        "quantity": [quantities.number(quantity) for _, quantity in keys],
    }
    return {keys[place]: value for place, value in conn.execute(_QUERIES["last_values"], columns)}


def _last_states(conn: psycopg.Connection[Any], asked: _Keys, devices: Names) -> dict[_Key, Any]:
    keys = [key for key in asked if len(key) == 1]
    columns = {"device": [devices.number(device) for (device,) in keys]}
    found = conn.execute(_QUERIES["last_states"], columns)
    return {keys[place]: (state, detail) for place, state, detail in found}
