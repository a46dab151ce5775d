"""What is missing from a sequence, whether its batches have rows or were folded into ranges."""

from __future__ import annotations

import asyncio

import psycopg
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from psycopg import AsyncConnection

from hub.gaps.sequence import Record, Stretch
from hub.gaps.store import sequences
from ingest.clock import DAY, SECOND, moment, now
from ingest.fold import fold_batches

NOW = now()
INSERT = """insert into batches (agent, epoch, seq, received, items, refused)
values ('a', %s, %s, %s, 1, 0)"""

came = st.dictionaries(
    st.tuples(st.integers(1, 3), st.integers(1, 12)), st.integers(0, 12), max_size=20
)


def recorded(url: str, back: int) -> list[Record]:
    async def ask() -> list[Record]:
        async with await AsyncConnection.connect(url, autocommit=True) as conn:
            reported = {"name": "a", "reported": moment(NOW)}
            return await sequences(conn, reported, back, 2)

    return asyncio.run(ask())


def expected(days: dict[tuple[int, int], int], back: int) -> list[Record]:
    found: list[Record] = []
    begun = {epoch: days[min(one for one in days if one[0] == epoch)] for epoch, _ in days}
    for epoch in sorted(begun, key=lambda epoch: (begun[epoch], -epoch)):  # begun last comes first
        if back < 1:
            break
        seqs = {seq for one, seq in days if one == epoch}
        last = max(seqs)
        before = max(last - back, 0)
        missing = [seq for seq in range(before + 1, last) if seq not in seqs]
        stretches: list[Stretch] = []
        for seq in missing:
            if stretches and stretches[-1].last + 1 == seq:
                stretches[-1] = Stretch(stretches[-1].first, seq)
            else:
                stretches.append(Stretch(seq, seq))
        found.append(Record(epoch, before + 1, last, len(missing), len(stretches), stretches[-2:]))
        back -= last - before
    return found[::-1]


@settings(
    max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(came, st.integers(1, 15), st.integers(1, 5))
def test_folding_changes_nothing_of_what_is_missing(
    site_url: str, days: dict[tuple[int, int], int], back: int, at_once: int
) -> None:
    with psycopg.connect(site_url, autocommit=True) as conn:
        conn.execute("truncate batches, batch_ranges")
        for (epoch, seq), age in days.items():
            conn.execute(INSERT, [epoch, seq, moment(NOW - age * DAY - 60 * SECOND)])
        conn.execute(INSERT, [0, 99, moment(NOW - DAY)])  # a simple device's message
        before = recorded(site_url, back)
        fold_batches(conn, NOW - 7 * DAY, at_once=at_once)
    assert before == expected(days, back)
    assert recorded(site_url, back) == before
