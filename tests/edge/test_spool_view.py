from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from edge.assemble import open_outbox
from edge.settings import EdgeSettings
from edge.spool_file import SpoolCorruptError, SpoolInUseError
from edge.spool_view import NoSuchSpoolError, opened, spooled_agents
from edge.wire import Ack

SETTINGS = EdgeSettings()  # type: ignore[call-arg]


def test_what_waits_is_shown_and_stays(tmp_path: Path, sample_of: Callable[..., object]) -> None:
    outbox = open_outbox(tmp_path, "north", SETTINGS, clock=lambda: 4_000)
    outbox.append([sample_of(2), sample_of(3, urgent=True), sample_of(4)])  # type: ignore[list-item]
    outbox.acknowledge([Ack(outbox.epoch, [1])])
    outbox.close()
    for _ in range(2):
        with opened(tmp_path, "north") as spool:
            facts = spool.facts()
            assert [(p.seq, p.channel, p.items) for p in spool.parcels()] == [
                (2, "urgent", 3),
                (3, "bulk", 4),
            ]
    assert (facts.agent, facts.epochs, facts.batches, facts.oldest) == ("north", 1, 2, 4_000)
    assert (facts.made, facts.acknowledged, facts.evicted) == (9, 2, 0)
    assert spooled_agents(tmp_path) == ["north"]


def test_a_running_agents_spool_is_left_alone(tmp_path: Path) -> None:
    outbox = open_outbox(tmp_path, "north", SETTINGS)
    with pytest.raises(SpoolInUseError, match="stop it, do this again"), opened(tmp_path, "north"):
        pass
    outbox.close()


def test_a_spool_that_is_not_there_is_not_made(tmp_path: Path) -> None:
    with pytest.raises(NoSuchSpoolError, match="there is none"), opened(tmp_path, "north"):
        pass
    assert list(tmp_path.iterdir()) == []


def test_a_damaged_spool_is_told_and_left_as_it_is(tmp_path: Path) -> None:
    (tmp_path / "north.spool").write_bytes(b"no database" * 900)
    with pytest.raises(SpoolCorruptError), opened(tmp_path, "north"):
        pass
    assert (tmp_path / "north.spool").read_bytes() == b"no database" * 900
