"""Told: readings that are known by what they say, so that the same one told twice counts once.

A simple device's message has no number. Told with a time, it is the same as a stored reading of
the same device, quantity, time and value. The readings themselves tell, so nothing has to be kept
per message.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import msgspec
import numpy as np
import psycopg
from numpy.typing import NDArray

from edge.wire import Readings
from ingest import arrays, copying, locks
from ingest.arrival import Arrival, Message
from ingest.clock import moment
from ingest.feed import CommittedBatch
from ingest.names import Names
from ingest.sql import load_queries

_QUERIES = load_queries("ingest", "told.sql")
_KEY = np.dtype([("device", "<i8"), ("quantity", "<i8"), ("time", "<i8"), ("value", "<f8")])


def drop_told(
    conn: psycopg.Connection[Any],
    messages: Sequence[Message],
    devices: Names,
    quantities: Names,
) -> list[Message]:
    """The messages, without readings known by content that are stored or were told before in here.

    Inside the caller's transaction. Workers look one after the other, and the next looks when the
    last has committed: of one reading told to two of them, one is stored.
    """
    known = [m for m in messages if isinstance(m, Arrival) and m.known_by_content and len(m.batch)]
    if not known:
        return list(messages)
    keys = np.concatenate([_keys(arrival.batch, devices, quantities) for arrival in known])
    fresh = np.zeros(len(keys), dtype=np.bool_)
    fresh[_firsts(keys)] = True
    conn.execute(_QUERIES["take_turn"], [locks.TOLD])
    times = keys["time"]
    found = conn.execute(
        _QUERIES["stored_already"],
        {
            "device": arrays.Integers(copying.integer(keys["device"])),
            "quantity": arrays.SmallIntegers(copying.smallint(keys["quantity"])),
            "time": arrays.Times(copying.timestamptz(times)),
            "value": arrays.Doubles(copying.float8(keys["value"])),
            "first": moment(int(times.min())),
            "last": moment(int(times.max())),
        },
    )
    fresh[[place for (place,) in found]] = False
    if fresh.all():
        return list(messages)
    ends = np.cumsum([len(arrival.batch) for arrival in known])
    masks = iter(np.split(fresh, ends[:-1]))
    return [_keep(m, next(masks)) if any(m is k for k in known) else m for m in messages]


def _keys(batch: CommittedBatch, devices: Names, quantities: Names) -> NDArray[Any]:
    readings = batch.readings
    keys = np.empty(len(readings), dtype=_KEY)
    keys["device"] = devices.numbers(batch.devices)[readings.devices()]
    keys["quantity"] = quantities.numbers(batch.quantities)[readings.quantities()]
    keys["time"] = readings.times()
    keys["value"] = readings.values() + 0.0  # -0.0 becomes 0.0: the two are one value
    return keys


def _firsts(keys: NDArray[Any]) -> list[int]:
    """Where each distinct key stands first. A dict is several times as fast as sorting them."""
    rows = keys.view(np.dtype((np.void, keys.itemsize))).tolist()
    return list(dict(zip(reversed(rows), reversed(range(len(rows))), strict=True)).values())


def _keep(message: Message, mask: NDArray[np.bool_]) -> Message:
    assert isinstance(message, Arrival)
    readings = message.batch.readings
    kept = Readings(
        device=readings.devices()[mask].tobytes(),
        quantity=readings.quantities()[mask].tobytes(),
        time=readings.times()[mask].tobytes(),
        value=readings.values()[mask].tobytes(),
    )
    return replace(message, batch=msgspec.structs.replace(message.batch, readings=kept))
