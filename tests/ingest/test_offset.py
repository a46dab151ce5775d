from __future__ import annotations

import logging

import pytest

from ingest import offset
from ingest.clock import now
from ingest.offset import ClockWatch, clock_offset_s
from ingest.patience import connect


def test_a_clock_in_the_past_is_seen_against_the_stores(
    database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    with connect(database_url, "test") as conn:
        assert abs(clock_offset_s(conn)) < 1
        monkeypatch.setattr(offset, "now", lambda: now() - 3_600_000_000)
        assert clock_offset_s(conn) == pytest.approx(-3600, abs=1)


def test_clocks_that_part_are_told_once_with_what_to_mend(
    caplog: pytest.LogCaptureFixture,
) -> None:
    caplog.set_level(logging.INFO, "ingest.offset")
    watch = ClockWatch()
    for offset_s in (0.2, -400.0, -401.0, 0.1, 0.1, 7.0):
        watch.look(offset_s)
    assert [record.message for record in caplog.records] == [
        "ingest.clocks_differ",
        "ingest.clocks_agree",
        "ingest.clocks_differ",
    ]
    assert "NTP" in caplog.records[0].__dict__["remedy"]
