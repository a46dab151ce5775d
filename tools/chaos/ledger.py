"""Ledger: what an agent has made, read from the spool of a dead agent.

A reading is *made* when the agent's spool has it on disk: the transaction that keeps the batch
counts it too. What a killed agent's sensor said and the spool didn't have yet was never made.
"""

from __future__ import annotations

import shutil
import sqlite3
import tempfile
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Counters:
    """The durable counters of one spool; `waiting` are batches not acknowledged.

    `name` is the file's: one that took a damaged file's place has another, and counts from 0.
    """

    name: int = 0
    made: int = 0
    evicted: int = 0
    waiting: int = 0


def read_counters(spool: Path) -> Counters:
    """The counters of a spool that nobody has open, from a copy, so that its next owner finds
    exactly what the dead one left."""
    if not spool.exists():
        return Counters()
    with tempfile.TemporaryDirectory() as folder:
        for part in spool.parent.glob(f"{spool.name}*"):
            if not part.name.endswith("-shm"):
                shutil.copy(part, folder)
        with closing(sqlite3.connect(Path(folder) / spool.name)) as db:
            row = db.execute(_COUNTERS).fetchone()
    return Counters(*row) if row else Counters()


_COUNTERS = "SELECT name, made, evicted, (SELECT count(*) FROM batches) FROM life"
