from __future__ import annotations

import random
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

from edge.columns import Reading
from edge.pack import BadSampleError, Unreadable
from edge.sample import Sample
from edge.spool import Counts, Spool, SpoolInUseError, SpoolRefusedError
from edge.window import Key
from edge.wire import Held, decode_batch, decode_rejected

MakeSample = Callable[..., Sample]
DAY = 86_400 * 1_000_000


class Clock:
    def __init__(self) -> None:
        self.now = 1_000_000

    def __call__(self) -> int:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


def open_spool(folder: Path, clock: Clock, max_bytes: int = 1 << 20) -> Spool:
    return Spool(
        folder / "north.spool", agent="north", max_bytes=max_bytes, max_age_s=86_400, clock=clock
    )


def seqs(spool: Spool) -> list[int]:
    return [ticket.seq for ticket in spool.tickets(100_000)]


def keys(spool: Spool, *seqs: int) -> list[Key]:
    return [(spool.epoch, seq) for seq in seqs]


def test_what_was_appended_is_there_after_a_restart(
    tmp_path: Path, clock: Clock, sample_of: MakeSample
) -> None:
    spool = open_spool(tmp_path, clock)
    assert spool.append([sample_of(3), sample_of(2, urgent=True)]) == [1, 2]
    epoch, counts = spool.epoch, spool.counts
    spool.close()

    again = open_spool(tmp_path, clock)
    assert again.counts == counts
    assert counts.made == 5
    batch = decode_batch(again.load([(epoch, 2)])[epoch, 2])
    assert (batch.epoch, batch.seq, len(batch)) == (epoch, 2, 2)


def test_each_opening_begins_an_epoch_with_its_first_batch(
    tmp_path: Path, clock: Clock, sample_of: MakeSample
) -> None:
    given: list[Key] = []
    for _ in range(3):
        spool = open_spool(tmp_path, clock)
        given += [(spool.epoch, seq) for seq in spool.append([sample_of(), sample_of()])]
        spool.close()
    assert [seq for _, seq in given] == [1, 2] * 3
    assert len({epoch for epoch, _ in given}) == 3
    spool = open_spool(tmp_path, clock)
    assert [ticket.key for ticket in spool.tickets(9)] == given
    assert spool.held == [Held(epoch, 2) for epoch, _ in given[::2]]
    spool.acknowledge(given[2:])
    assert spool.held == [Held(given[0][0], 2)]


def test_an_agent_that_is_restarted_over_and_over_leaves_no_trail_of_epochs(
    tmp_path: Path, clock: Clock, sample_of: MakeSample
) -> None:
    for n in range(6):
        spool = open_spool(tmp_path, clock)
        if n % 2:
            spool.append([sample_of()])
            spool.acknowledge(keys(spool, 1))
        spool.close()
    with closing(sqlite3.connect(tmp_path / "north.spool")) as db:
        assert db.execute("SELECT count(*) FROM epochs").fetchone() == (1,)


def test_a_batch_that_the_disk_refuses_begins_no_epoch(
    tmp_path: Path, clock: Clock, sample_of: MakeSample
) -> None:
    spool = open_spool(tmp_path, clock)
    with pytest.raises(BadSampleError):
        spool.append([Sample(readings=[Reading("a b", "flow", 1, 1.0)])])
    spool._db.execute("PRAGMA query_only = 1")  # pyright: ignore[reportPrivateUsage]
    with pytest.raises(SpoolRefusedError):
        spool.append([sample_of()])
    assert spool.held == []
    spool._db.execute("PRAGMA query_only = 0")  # pyright: ignore[reportPrivateUsage]
    assert spool.append([sample_of()]) == [1]
    assert spool.held == [Held(spool.epoch, 1)]


def test_a_file_that_is_opened_again_by_itself_gives_each_batch_its_own_identity(
    tmp_path: Path, clock: Clock, sample_of: MakeSample
) -> None:
    """As after damage that a full disk did not let it mend at once."""
    spool = open_spool(tmp_path, clock)
    spool.append([sample_of(), sample_of()])
    given = [ticket.key for ticket in spool.tickets(9)]
    spool.close()
    assert spool.append([sample_of()]) == [1]
    spool.close()
    assert spool.append_unreadable([Unreadable("log.csv", 3, "x,y", "no card")]) == [1]
    tickets = [ticket.key for ticket in spool.tickets(9)]
    assert tickets[:2] == given
    assert len({epoch for epoch, _ in tickets}) == 3
    payloads = list(spool.load(tickets).values())
    found = [*map(decode_batch, payloads[:3]), decode_rejected(payloads[3])]
    assert [(one.epoch, one.seq) for one in found] == tickets
    spool.close()
    assert spool.acknowledge(given[:1]) == 1


def test_urgent_batches_come_first_then_the_oldest(
    tmp_path: Path, clock: Clock, sample_of: MakeSample
) -> None:
    """SE-19 in part: forwarded in order."""
    spool = open_spool(tmp_path, clock)
    spool.append([sample_of(urgent=n in (2, 5)) for n in range(1, 7)])
    assert seqs(spool) == [2, 5, 1, 3, 4, 6]
    assert [ticket.seq for ticket in spool.tickets(2, keys(spool, 2, 1))] == [5, 3]


def test_acknowledged_batches_are_dropped_and_counted_once(
    tmp_path: Path, clock: Clock, sample_of: MakeSample
) -> None:
    spool = open_spool(tmp_path, clock)
    spool.append([sample_of(3), sample_of(4)])
    assert spool.acknowledge(keys(spool, 1, 1, 77, 0)) == 1
    assert spool.acknowledge(keys(spool, 1)) == 0
    assert spool.acknowledge([(spool.epoch + 1, 2)]) == 0
    assert seqs(spool) == [2]
    assert (spool.counts.made, spool.counts.acknowledged, spool.counts.batches) == (7, 3, 1)


def test_seqs_are_not_used_again_when_all_was_acknowledged(
    tmp_path: Path, clock: Clock, sample_of: MakeSample
) -> None:
    spool = open_spool(tmp_path, clock)
    spool.append([sample_of()])
    spool.acknowledge(keys(spool, 1))
    assert spool.append([sample_of()]) == [2]


def test_unreadable_records_share_the_sequence(
    tmp_path: Path, clock: Clock, sample_of: MakeSample
) -> None:
    spool = open_spool(tmp_path, clock)
    spool.append([sample_of()])
    assert spool.append_unreadable([Unreadable("log.csv", 3, "x,y", "no card")]) == [2]
    assert [ticket.channel for ticket in spool.tickets(5)] == ["bulk", "rejected"]
    assert decode_rejected(spool.load(keys(spool, 2))[spool.epoch, 2]).seq == 2
    assert spool.counts.made == 4


def test_a_full_spool_evicts_the_oldest_bulk_and_counts_it(
    tmp_path: Path, clock: Clock, sample_of: MakeSample
) -> None:
    spool = open_spool(tmp_path, clock, max_bytes=200_000)
    for n in range(1, 301):
        spool.append([sample_of(40, urgent=n % 50 == 0)])
    kept = seqs(spool)
    assert kept[:6] == [50, 100, 150, 200, 250, 300]
    bulk = kept[6:]
    assert bulk == [n for n in range(bulk[0], 300) if n % 50]
    counts = spool.counts
    assert counts.evicted == 40 * (300 - counts.batches) > 0
    assert counts.made == 300 * 40
    assert (tmp_path / "north.spool").stat().st_size < 300_000


def test_urgent_is_evicted_only_when_no_bulk_is_left(
    tmp_path: Path, clock: Clock, sample_of: MakeSample
) -> None:
    spool = open_spool(tmp_path, clock, max_bytes=150_000)
    for n in range(1, 201):
        spool.append([sample_of(40, urgent=n > 20)])
    assert all(ticket.urgent for ticket in spool.tickets(1000))
    assert seqs(spool)[-1] == 200


def test_bulk_past_its_age_is_evicted_and_urgent_after_it(
    tmp_path: Path, clock: Clock, sample_of: MakeSample
) -> None:
    spool = open_spool(tmp_path, clock)
    spool.append([sample_of(), sample_of(urgent=True)])
    clock.now += DAY + 1
    spool.append([sample_of()])
    assert seqs(spool) == [2, 3]
    clock.now += DAY + 1
    spool.append([sample_of(urgent=True)])
    assert seqs(spool) == [4]
    assert spool.counts.evicted == 9


def test_a_bad_sample_stores_nothing(tmp_path: Path, clock: Clock, sample_of: MakeSample) -> None:
    spool = open_spool(tmp_path, clock)
    with pytest.raises(BadSampleError):
        spool.append([sample_of(), Sample(readings=[Reading("a b", "flow", 1, 1.0)])])
    assert spool.counts == Counts()


def test_a_second_agent_on_one_spool_is_told_what_to_do(tmp_path: Path, clock: Clock) -> None:
    first = open_spool(tmp_path, clock)
    with pytest.raises(SpoolInUseError, match="stop the other agent"):
        open_spool(tmp_path, clock)
    first.close()


def test_a_folder_that_is_missing_is_refused(tmp_path: Path, clock: Clock) -> None:
    with pytest.raises(SpoolRefusedError, match="spool_dir"):
        open_spool(tmp_path / "missing", clock)


@pytest.mark.parametrize("damage", ["rubbish", "header"])
def test_a_damaged_file_is_moved_aside_and_a_new_life_begins(
    tmp_path: Path, clock: Clock, sample_of: MakeSample, damage: str
) -> None:
    spool = open_spool(tmp_path, clock)
    spool.append([sample_of()])
    epoch = spool.epoch
    spool.close()
    file = tmp_path / "north.spool"
    content = file.read_bytes()
    file.write_bytes(b"rubbish" * 1000 if damage == "rubbish" else b"\0" * 100 + content[100:])

    again = open_spool(tmp_path, clock)
    assert again.epoch != epoch
    assert again.append([sample_of()]) == [1]
    assert len(list(tmp_path.glob("north.spool.damaged-*"))) == 1


def test_a_spool_of_a_later_version_is_left_alone(tmp_path: Path, clock: Clock) -> None:
    open_spool(tmp_path, clock).close()
    db = sqlite3.connect(tmp_path / "north.spool")
    db.execute("PRAGMA user_version = 99")
    db.close()
    with pytest.raises(SpoolRefusedError, match="newer version"):
        open_spool(tmp_path, clock)
    assert not list(tmp_path.glob("*.damaged-*"))


APPEND_FOREVER = """
import sys
from edge.columns import Reading
from edge.sample import Sample
from edge.spool import Spool
spool = Spool(sys.argv[1], agent="north", max_bytes=1 << 30, max_age_s=1e9, clock=lambda: 1)
while True:
    sample = Sample(readings=[Reading("h-1", "flow", n, 1.0) for n in range(50)])
    print(*spool.append([sample, sample]), flush=True)
"""


@pytest.mark.parametrize("seed", range(3))
def test_a_killed_agent_keeps_every_batch_it_was_told_is_stored(
    tmp_path: Path, clock: Clock, seed: int
) -> None:
    file = tmp_path / "north.spool"
    with subprocess.Popen(
        [sys.executable, "-c", APPEND_FOREVER, str(file)], stdout=subprocess.PIPE, text=True
    ) as child:
        assert child.stdout is not None
        told = child.stdout.readline()
        time.sleep(random.Random(seed).uniform(0.0, 0.3))
        child.send_signal(signal.SIGKILL)
        told += child.stdout.read()
    complete = told[: told.rfind("\n") + 1].split()
    spool = open_spool(tmp_path, clock, max_bytes=1 << 30)
    stored = seqs(spool)
    assert set(map(int, complete)) <= set(stored)
    assert stored == list(range(1, len(stored) + 1))
    assert spool.counts.made == 50 * len(stored)
    newest = [ticket.key for ticket in spool.tickets(100_000)][-5:]
    assert all(len(decode_batch(spool.load([key])[key])) == 50 for key in newest)
    spool.close()


FILL_THE_DISK = """
import resource, sys
from pathlib import Path
from edge.outbox import Outbox
from edge.columns import Reading
from edge.sample import Sample
from edge.spool import MEMORY, Spool, SpoolRefusedError
from edge.wire import Ack

def spool(path, epoch=None):
    return Spool(path, agent="north", max_bytes=1 << 30, max_age_s=1e9, clock=lambda: 1)

def sample(n):
    return Sample(readings=[Reading("h-1", "flow", n, 1.0) for n in range(500)], urgent=n % 7 == 0)

disk, reserve = spool(sys.argv[1]), spool(MEMORY)
outbox = Outbox(disk, reserve)
outbox.append([sample(1)])
limit = 400_000
resource.setrlimit(resource.RLIMIT_FSIZE, (limit, resource.RLIM_INFINITY))
for n in range(200):
    outbox.append([sample(n)])
assert reserve.counts.batches, "the disk never refused"
try:
    disk.append([sample(1)])
except SpoolRefusedError as error:
    print(error)
else:
    raise SystemExit("no error")
tickets = outbox.tickets(1000)
assert len(tickets) == 201 and len(outbox.load(tickets)) == 201
assert [t.urgent for t in tickets] == sorted((t.urgent for t in tickets), reverse=True)
outbox.acknowledge([Ack(disk.epoch, [1]), Ack(reserve.epoch, [1])])
assert len(outbox.tickets(1000)) == 199
resource.setrlimit(resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
before = reserve.counts.batches
outbox.append([sample(1)])
assert reserve.counts.batches == before, "the disk was not taken up again"
for ticket in outbox.tickets(1000):
    outbox.acknowledge([Ack(ticket.epoch, [ticket.seq])])
assert outbox.empty and outbox.counts.batches == 0
counts = outbox.counts
assert counts.made == counts.acknowledged == 202 * 500 and counts.evicted == 0, counts
"""


def test_a_full_disk_loses_nothing_and_crashes_nothing(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-c", FILL_THE_DISK, str(tmp_path / "north.spool")],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert "free space on the disk" in done.stdout
