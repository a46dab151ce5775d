"""Small worlds to trace in, the real data beside the checkout, and the slow obvious answers."""

from __future__ import annotations

import gzip
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import strategies as st

from hub.tracing.columns import Integers, StayColumns, SwipeColumns, integers, known_stays

DATA = Path(__file__).parents[4] / "shared/data"
MINUTE = 60_000_000


def stays_of(rows: list[tuple[int, int, int, int]]) -> StayColumns:
    """Stays of (person, place, start, end), times in minutes."""
    table = integers(rows).reshape(-1, 4)
    return known_stays(table[:, 0], table[:, 1], table[:, 2] * MINUTE, table[:, 3] * MINUTE)


def swipes_of(rows: list[tuple[int, int, int, int]]) -> SwipeColumns:
    """Granted swipes of (time in minutes, person, place, direction)."""
    table = integers(rows).reshape(-1, 4)
    granted = np.ones(len(table), dtype=bool)
    return SwipeColumns(table[:, 0] * MINUTE, table[:, 1], table[:, 2], table[:, 3], granted)


@st.composite
def worlds(draw: st.DrawFn, *, people: int = 6, places: int = 3, span: int = 40) -> StayColumns:
    """Stays in whole minutes of a few people who are in one place at a time."""
    rows: list[tuple[int, int, int, int]] = []
    for person in range(draw(st.integers(1, people))):
        now = draw(st.integers(0, span // 2))
        for _ in range(draw(st.integers(0, 5))):
            now += draw(st.integers(0, 6))
            end = now + draw(st.integers(0, 9))
            rows.append((person, draw(st.integers(0, places - 1)), now, end))
            now = end
    return stays_of(draw(st.permutations(rows)))


def sfhh() -> StayColumns:
    """Each run of 20 s contacts of a pair as a stay of both in a place of that pair's own."""
    file = DATA / "sfhh_contacts.dat.gz"
    if not file.exists():
        pytest.skip("the SocioPatterns data is not beside this checkout")
    with gzip.open(file) as lines:
        time, one, other = np.loadtxt(lines, dtype=np.int64).T
    one, other = np.minimum(one, other), np.maximum(one, other)
    order = np.lexsort((time, other, one))
    time, one, other = time[order], one[order], other[order]
    pair = one * 100_000 + other
    begins = np.flatnonzero((np.diff(pair, prepend=-1) != 0) | (np.diff(time, prepend=0) > 20))
    ends = np.append(begins[1:], len(time)) - 1
    start, end = (time[begins] - 20) * 1_000_000, time[ends] * 1_000_000
    _, place = np.unique(pair[begins], return_inverse=True)
    twice: list[Integers] = [np.concatenate([c, c]) for c in (place, start, end)]
    person = np.concatenate([one[begins], other[begins]])
    return known_stays(person, *twice)


def vast() -> tuple[SwipeColumns, list[str], list[str]]:
    """The building's swipes, the names of its cards and of its places (floor and zone)."""
    file = DATA / "vast2016_prox.csv"
    if not file.exists():
        pytest.skip("the VAST data is not beside this checkout")
    log = pd.read_csv(file, skipinitialspace=True, dtype=str)
    cards, person = np.unique(log["prox-id"].to_numpy(str), return_inverse=True)
    names = (log["floor"].str.strip() + "-" + log["zone"].str.strip()).to_numpy(str)
    places, place = np.unique(names, return_inverse=True)
    time = pd.to_datetime(log["timestamp"]).to_numpy("datetime64[us]").astype(np.int64)
    columns = SwipeColumns(
        time,
        person.astype(np.int64),
        place.astype(np.int64),
        np.zeros(len(time), dtype=np.int64),
        np.ones(len(time), dtype=bool),
    )
    return columns, cards.tolist(), places.tolist()
