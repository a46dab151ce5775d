from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from edge.assemble import open_link, open_outbox
from edge.link import Link
from edge.outbox import Outbox
from edge.pack import Unreadable
from edge.sample import Sample
from edge.sender import Sender
from edge.settings import EdgeSettings
from edge.window import Window

MakeSample = Callable[..., Sample]


class Parts:
    """A sender and what it moves batches between; its clock stands still."""

    def __init__(self, url: str, folder: Path) -> None:
        settings = EdgeSettings()  # type: ignore[call-arg]
        self.outbox: Outbox = open_outbox(folder, "sender", settings)
        self.link: Link = open_link(url, None, None, site="sender", agent="sender", queue=64)
        window = Window(8, 10)
        self.sender = Sender(
            self.outbox, window, self.link, site="sender", agent="sender", monotonic=lambda: 0.0
        )


@pytest.fixture
def parts(broker_url: str, tmp_path: Path) -> Iterator[Parts]:
    made = Parts(broker_url, tmp_path)
    yield made
    made.link.close()
    made.outbox.close()


def test_nothing_is_sent_before_the_connection_and_everything_with_it(
    parts: Parts, broker_url: str, receive: Callable[[str], Any], sample_of: MakeSample
) -> None:
    receiver = receive(broker_url)
    parts.outbox.append([sample_of() for _ in range(50)])
    parts.outbox.append_unreadable([Unreadable("log.csv", 2, "x", "no card")])
    parts.sender.pump()
    assert not parts.sender.wait(0)
    parts.link.start()
    assert parts.sender.wait(10)
    while not parts.outbox.empty:
        parts.sender.wait(10)
    assert [key[2] for key in receiver.arrivals] == list(range(1, 52))
    assert set(receiver.arrivals.values()) == {1}
    assert len(receiver.rejected) == 1
