"""Roster: the site's devices numbered, so that detectors keep columns instead of objects.

A slot is a device's place in the order of names. A batch's devices become slots once per batch,
and a detector's state of all devices is a `Table`: named columns of equal length.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple

import msgspec
import numpy as np
from numpy.typing import DTypeLike, NDArray

from hub.sites.domain import Spot

Slots = NDArray[np.int64]
Columns = dict[str, NDArray[Any]]


_REMEMBERED = 4  # ours: lists of devices, few enough that a look costs less than the work it saves


class Roster(dict[str, Spot]):
    """The spots of a site's devices, and the devices in the order of their names."""

    def __init__(self, spots: Mapping[str, Spot]) -> None:
        super().__init__(spots)
        self.names = tuple(sorted(spots))
        self.number = {name: slot for slot, name in enumerate(self.names)}
        self._asked: list[tuple[list[str], Slots]] = []

    def slots(self, devices: Iterable[str]) -> Slots:
        """The slot of each device; -1 for one that the site does not have. Not to be changed.

        Agents read the same devices again and again: the lists asked for last are remembered.
        """
        wanted = list(devices)
        for asked, slots in self._asked:
            if asked == wanted:
                return slots
        get = self.number.get
        slots = np.array([get(device, -1) for device in wanted], dtype=np.int64)
        self._asked = [(wanted, slots), *self._asked[: _REMEMBERED - 1]]
        return slots

    def of_kinds(self, kinds: Iterable[str]) -> NDArray[np.bool_]:
        """Whether each device is of one of the kinds; one entry more, for slot -1: no."""
        wanted = frozenset(kinds)
        return np.array([*(self[name].kind in wanted for name in self.names), False])

    def report(self) -> NDArray[np.int64]:
        """Each device's report interval in microseconds; one entry more, for slot -1: 0."""
        return np.array([*(round(self[name].report_s * 1e6) for name in self.names), 0])


def roster_of(spots: Mapping[str, Spot]) -> Roster:
    """The roster of some spots: the same object if they are one already."""
    return spots if isinstance(spots, Roster) else Roster(spots)


class Column(NamedTuple):
    """A column's type, the value of who is new, and how many entries each device has."""

    dtype: DTypeLike
    new: float
    width: int = 1

    def of(self, data: memoryview) -> NDArray[Any]:
        """The array in some memory; it must not be changed."""
        flat = np.frombuffer(data, self.dtype)
        return flat if self.width == 1 else flat.reshape(-1, self.width)


class Table(msgspec.Struct, frozen=True, array_like=True):
    """Columns of all devices of a roster; `names` says whose each entry is.

    A column is the memory of its array, so that nothing is copied before the state is saved.
    """

    names: tuple[str, ...] = ()
    columns: dict[str, memoryview] = {}

    def open(self, roster: Roster, kinds: Mapping[str, Column]) -> Columns:
        """Fresh arrays that may be changed; devices that left the roster are forgotten."""
        same = self.columns.keys() == kinds.keys()
        if same and self.names == roster.names:
            return {name: kind.of(self.columns[name]).copy() for name, kind in kinds.items()}
        opened = {
            name: np.full(
                len(roster) if kind.width == 1 else (len(roster), kind.width), kind.new, kind.dtype
            )
            for name, kind in kinds.items()
        }
        at = roster.slots(self.names)
        for name, kind in kinds.items():
            if same:
                opened[name][at[at >= 0]] = kind.of(self.columns[name])[at >= 0]
        return opened


def packed(roster: Roster, columns: Columns) -> Table:
    """The table of some columns."""
    return Table(roster.names, {name: column.data for name, column in columns.items()})
