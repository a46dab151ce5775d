"""Advisory locks: every key that Gridwarden takes in PostgreSQL, so that no two ideas share one."""

from __future__ import annotations

from typing import Final

MIGRATION: Final = 0x6757_0001  # one process changes the schema at a time; held by the session
PARTITION: Final = 0x6757_0002  # one process adds a partition at a time; in 0001_series.sql too
FEED: Final = 0x6757_0003  # feed positions become visible in order; held from drawing to commit
CASE_LOG: Final = 0x6757_0005  # positions in the log of cases become visible in order; to commit
TOLD: Final = 0x6757_0008  # one worker at a time looks for readings told before; to commit
FOLLOWER: Final = 0x6757_0006  # one follower of a name judges at a time; held by the session
AUDIT_LOG: Final = 0x6757_000B  # one entry after the other is chained; to commit
STAYS: Final = 0x6757_000C  # one process folds swipes into stays at a time; to commit
ROLLUP: Final = 0x6757_000A  # one worker at a time makes roll-ups; held by the session
FOLD: Final = 0x6757_0009  # one worker at a time folds old batches into ranges; to commit
