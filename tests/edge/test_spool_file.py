from __future__ import annotations

import shutil
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from edge.columns import Reading
from edge.sample import Sample
from edge.spool import Counts, Spool
from edge.spool_file import open_file
from edge.spool_view import opened
from edge.wire import Held, decode_batch, decode_rejected

# Made by the agent of 2026-11-25 (commit a84eb83): five batches under epoch 77, of which 1 was
# evicted (2 readings) and 2 acknowledged (3); 3 is urgent, 5 a record that could not be read.
FORMAT_1 = Path(__file__).parent / "data" / "format-1.spool"


@pytest.fixture
def old(tmp_path: Path) -> Path:
    return Path(shutil.copy(FORMAT_1, tmp_path / "north.spool"))


def open_spool(path: Path) -> Spool:
    return Spool(path, agent="north", max_bytes=1 << 20, max_age_s=1e6, clock=lambda: 70_000_000)


def test_a_spool_of_the_first_format_goes_on_with_all_that_waits_in_it(old: Path) -> None:
    sample = Sample(readings=[Reading("h-1", "pressure", 1, 0.3)])
    spool = open_spool(old)
    assert spool.counts == Counts(made=15, acknowledged=3, evicted=2, batches=3, bytes=309)
    assert [ticket.key for ticket in spool.tickets(9)] == [(77, 3), (77, 4), (77, 5)]
    assert [ticket.channel for ticket in spool.tickets(9)] == ["urgent", "bulk", "rejected"]
    assert len(decode_batch(spool.load([(77, 4)])[77, 4])) == 5
    assert decode_rejected(spool.load([(77, 5)])[77, 5]).epoch == 77
    assert spool.held == [Held(77, waiting=3, evicted=2)]
    assert spool.append([sample]) == [1]
    assert spool.acknowledge([(77, 3), (77, 6)]) == 1
    spool.close()
    again = open_spool(old)
    assert [ticket.key for ticket in again.tickets(9)] == [(77, 4), (77, 5), (spool.epoch, 1)]
    assert (again.counts.made, again.counts.acknowledged) == (16, 7)


def test_a_spool_of_the_first_format_is_shown_and_carried_whole(old: Path) -> None:
    with opened(old.parent, "north") as spool:
        facts, parcels = spool.facts(), list(spool.parcels())
    assert (facts.epochs, facts.batches, facts.made) == (1, 3, 15)
    assert [parcel.seq for parcel in parcels] == [3, 4, 5]


def test_a_new_file_and_one_brought_on_have_one_form(tmp_path: Path, old: Path) -> None:
    forms: list[list[str]] = []
    for path in (old, tmp_path / "new.spool"):
        with closing(open_file(path)) as db:
            forms.append([row[0] for row in db.execute("SELECT sql FROM sqlite_schema")])
            assert db.execute("PRAGMA user_version").fetchone() == (2,)
    assert forms[0] == forms[1]


def test_a_file_that_cannot_be_brought_on_stays_as_it_was(old: Path) -> None:
    with closing(sqlite3.connect(old)) as db:
        db.execute("CREATE TABLE epochs (mine INTEGER)")
        before = list(db.execute("SELECT sql FROM sqlite_schema"))
    with pytest.raises(sqlite3.OperationalError, match="already exists"):
        open_file(old)
    with closing(sqlite3.connect(old)) as db:
        assert list(db.execute("SELECT sql FROM sqlite_schema")) == before
        assert db.execute("PRAGMA user_version").fetchone() == (1,)
