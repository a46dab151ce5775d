"""Chaos, the short form: nothing is lost or doubled; and a broken protocol is found out."""

from __future__ import annotations

import pytest

from tools.chaos.run import Options, run_chaos

pytestmark = [pytest.mark.slow, pytest.mark.timeout(300)]


def test_every_reading_is_stored_once_whatever_is_killed_cut_filled_or_replayed() -> None:
    outcome = run_chaos(Options(kills=2, seed=4, per_s=1500, pause_s=0.5, broker="iotcore"))
    assert outcome.verdict.clean, outcome
    assert (outcome.evicted, outcome.left_in_spools) == (0, 0)
    assert outcome.kills == {"broker": 2, "ingest": 2, "postgres": 2, "agent": 2}
    assert outcome.replayed > 0


@pytest.mark.parametrize(
    ("broken", "parts", "kills"),
    [
        ("acknowledge-early", ("ingest",), 2),
        ("forget-identity", ("agent",), 1),
        ("drop-when-published", ("broker", "ingest"), 1),
    ],
)
def test_a_broken_protocol_is_found(broken: str, parts: tuple[str, ...], kills: int) -> None:
    outcome = run_chaos(
        Options(
            kills=kills,
            seed=3,
            parts=parts,  # type: ignore[arg-type]
            broken=broken,
            per_s=1500,
            pause_s=0.4,
            broker="iotcore",
        )
    )
    assert not outcome.verdict.clean
    if broken == "forget-identity":
        assert outcome.verdict.doubled > 0
    else:
        assert outcome.verdict.lost > 0
