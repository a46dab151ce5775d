"""The ledger: what a dead agent's spool says that it made."""

from __future__ import annotations

from pathlib import Path

from edge.columns import Reading
from edge.sample import Sample
from edge.spool import Spool
from tools.chaos.ledger import Counters, read_counters


def test_it_reads_a_spool_without_touching_it(tmp_path: Path) -> None:
    path = tmp_path / "north.spool"
    spool = Spool(path, agent="north", max_bytes=1 << 20, max_age_s=60, clock=lambda: 0)
    spool.append([Sample(readings=[Reading("d", "q", n, float(n))]) for n in range(3)])
    spool.acknowledge([(spool.epoch, 1)])
    files = {part.name: part.read_bytes() for part in tmp_path.iterdir()}
    counters = read_counters(path)
    assert counters == Counters(counters.name, made=3, evicted=0, waiting=2)
    assert counters.name > 0
    assert {part.name: part.read_bytes() for part in tmp_path.iterdir()} == files
    spool.close()


def test_an_agent_without_a_spool_made_nothing(tmp_path: Path) -> None:
    assert read_counters(tmp_path / "none.spool") == Counters()
