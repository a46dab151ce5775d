from __future__ import annotations

import logging
import threading

import pytest

from ingest.helpers import Helpers


def test_a_helper_that_ends_well_leaves_no_failure() -> None:
    helpers, ran = Helpers(), threading.Event()
    helpers.start("beat", ran.set)
    helpers.join()
    assert ran.is_set()
    assert helpers.failure is None


def test_the_first_failure_is_told_and_logged(caplog: pytest.LogCaptureFixture) -> None:
    def fail() -> None:
        raise RuntimeError("no such table")

    helpers = Helpers()
    with caplog.at_level(logging.ERROR):
        helpers.start("beat", fail)
        helpers.join()
    assert helpers.failure == "beat: RuntimeError: no such table"
    assert "ingest.helper_failed" in caplog.text
