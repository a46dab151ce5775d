from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from edge.assemble import open_link, open_outbox
from edge.duty import Duty
from edge.outbox import Outbox
from edge.sample import Sample
from edge.settings import EdgeSettings
from edge.trial import Trial
from edge.wire import Ack, Origin, decode_batch

SETTINGS = EdgeSettings()  # type: ignore[call-arg]


class Bench:
    """An agent's duty, without a connection; its clock is `now`."""

    def __init__(self, folder: Path, site: str = "campus") -> None:
        self.now = 0.0
        self.trial = Trial("north", lambda: 1, rounds=1)
        self.outbox: Outbox = open_outbox(folder, "north", SETTINGS)
        link = open_link("mqtt://127.0.0.1:9", None, None, site=site, agent="north", queue=8)
        self.duty = Duty(
            self.trial,
            link,
            self.outbox,
            site=site,
            agent="north",
            monotonic=lambda: self.now,
            record=folder / "north.duty",
        )

    def origins(self, sample: Sample) -> list[Origin]:
        self.outbox.append([sample])
        loaded = self.outbox.load(self.outbox.tickets(99))
        return [decode_batch(payload).origin for payload in loaded.values()]

    def take_test(self) -> None:
        self.duty.begin()
        payload = self.trial.due(self.now)
        assert payload is not None
        self.duty.note(Ack(decode_batch(payload).epoch, [1]))


@pytest.fixture
def bench(tmp_path: Path) -> Any:
    made: list[Bench] = []

    def make(site: str = "campus") -> Bench:
        for one in made:
            one.outbox.close()
        made.append(Bench(tmp_path, site))
        return made[-1]

    yield make
    made[-1].outbox.close()


def test_what_is_read_before_the_test_is_marked_and_after_it_is_live(
    bench: Callable[..., Bench], sample_of: Callable[..., Sample]
) -> None:
    """SE-22 in part: no live duty before the test is passed."""
    one = bench()
    assert one.duty.state == "testing"
    assert one.origins(sample_of()) == ["trial"]
    one.take_test()
    assert one.duty.state == "live"
    assert one.duty.newest is not None
    assert one.origins(sample_of()) == ["trial", "live"]


def test_who_has_passed_stays_on_duty_over_restarts_and_failed_tests(
    bench: Callable[..., Bench], sample_of: Callable[..., Sample]
) -> None:
    bench().take_test()
    one = bench()
    assert (one.duty.state, one.duty.newest) == ("live", None)
    one.duty.begin()
    assert one.duty.step() is None
    one.now = 60
    result = one.duty.step()
    assert result is not None
    assert not result.passed
    assert (one.duty.state, one.duty.newest) == ("live", result)
    assert one.origins(sample_of()) == ["live"]


def test_a_test_passed_at_another_site_does_not_count(bench: Callable[..., Bench]) -> None:
    bench().take_test()
    assert bench("elsewhere").duty.state == "testing"


def test_a_damaged_record_means_another_test(bench: Callable[..., Bench], tmp_path: Path) -> None:
    (tmp_path / "north.duty").write_bytes(b"\xff")
    assert bench().duty.state == "testing"


def test_without_a_link_nothing_is_failed(bench: Callable[..., Bench]) -> None:
    one = bench()
    one.duty.begin()
    one.duty.lost()
    one.now = 60
    assert one.duty.step() is None
