from __future__ import annotations

import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from edge.replay import CarryError, ReplayResult, log_epoch, replay_swipes
from edge.settings import EdgeSettings
from edge.swipe_log import SwipeColumns, SwipeLogError

SETTINGS = EdgeSettings(resend_s=0.5)  # type: ignore[call-arg]
COLUMNS = SwipeColumns("t", "c", ("r",))
VAST = Path(__file__).parents[3] / "shared/data/vast2016_prox.csv"
Receive = Callable[[str], Any]


def a_log(folder: Path, records: int = 2500, bad_every: int = 100) -> Path:
    lines = ["t,c,r"]
    lines += [
        f"{'never' if n % bad_every == 0 else '2016-05-31 00:05'},card-{n},gate"
        for n in range(records)
    ]
    file = folder / "log.csv"
    file.write_text("\n".join(lines))
    return file


def test_every_record_arrives_as_a_swipe_or_as_a_rejected_record(
    broker_url: str, tmp_path: Path, receive: Receive
) -> None:
    receiver, steps = receive(broker_url), list[int]()
    result = replay_swipes(
        a_log(tmp_path), COLUMNS, SETTINGS,
        site="replay-test", broker_url=broker_url, progress=steps.append,
    )  # fmt: skip
    assert result == ReplayResult(2500, 2475, 25)
    assert receiver.items() == 2500
    assert {batch.origin for batch in receiver.batches.values()} == {"courier"}
    assert sorted(r.line for r in receiver.rejected.values()) == list(range(2, 2502, 100))
    assert steps == sorted(steps)
    assert steps[-1] == 2500


def test_a_replay_started_again_sends_the_same_batches(
    broker_url: str, tmp_path: Path, receive: Receive
) -> None:
    receiver, log = receive(broker_url), a_log(tmp_path)
    for _ in range(2):
        replay_swipes(log, COLUMNS, SETTINGS, site="replay-twice", broker_url=broker_url)
    assert receiver.items() == 2500
    assert set(receiver.arrivals.values()) == {2}


def test_the_same_swipes_are_the_same_epoch_however_they_were_asked_for(tmp_path: Path) -> None:
    log = a_log(tmp_path)
    spelt_out = SwipeColumns("t", "c", ("r",), time_format="%Y-%m-%d %H:%M")
    assert log_epoch(log, COLUMNS) == log_epoch(log, spelt_out)
    assert log_epoch(log, COLUMNS) == log_epoch(log.rename(tmp_path / "copy.csv"), COLUMNS)


def test_another_log_or_another_reading_of_it_is_another_epoch(tmp_path: Path) -> None:
    log = a_log(tmp_path)
    first = log_epoch(log, COLUMNS)
    assert first == log_epoch(log, COLUMNS)
    assert first != log_epoch(log, SwipeColumns("t", "c", ("r",), time_zone="Asia/Shanghai"))
    log.write_text(log.read_text() + "\n2016-05-31 00:05,card,gate")
    assert first != log_epoch(log, COLUMNS)


def test_a_log_keeps_the_epoch_that_it_had_before_swipes_had_reasons(tmp_path: Path) -> None:
    log = tmp_path / "log.csv"
    log.write_text("t,c,r\n2016-05-31 00:05,card-1,gate\nnever,card-2,gate\n")
    assert log_epoch(log, COLUMNS) == 7867739314384001035


def test_a_replay_without_ingest_says_what_to_check(broker_url: str, tmp_path: Path) -> None:
    with pytest.raises(CarryError, match="ingest worker"):
        replay_swipes(
            a_log(tmp_path), COLUMNS, SETTINGS,
            site="replay-alone", broker_url=broker_url, patience_s=0.3,
        )  # fmt: skip


def test_a_stopped_replay_ends_at_once(tmp_path: Path) -> None:
    stop = threading.Event()
    stop.set()
    with pytest.raises(CarryError, match="start the same again"):
        replay_swipes(
            a_log(tmp_path), COLUMNS, SETTINGS,
            site="s", broker_url="mqtt://127.0.0.1:9", stop=stop,
        )  # fmt: skip


def test_a_missing_log_is_refused(tmp_path: Path) -> None:
    with pytest.raises(SwipeLogError, match="No such file"):
        replay_swipes(
            tmp_path / "none.csv", COLUMNS, SETTINGS, site="s", broker_url="mqtt://127.0.0.1:9"
        )


@pytest.mark.skipif(not VAST.exists(), reason="the trial data are not here")
def test_a_real_office_log_adds_up(broker_url: str, receive: Receive) -> None:
    receiver = receive(broker_url)
    columns = SwipeColumns("timestamp", "prox-id", ("floor", "zone"))
    result = replay_swipes(VAST, columns, SETTINGS, site="replay-vast", broker_url=broker_url)
    assert result.records == result.swipes + result.rejected == 29_763
    assert receiver.items() == 29_763
