"""Events are logged with their fields."""

from __future__ import annotations

import logging

from gridwarden.logs import EventFormatter


def test_the_fields_of_an_event_stand_behind_it() -> None:
    record = logging.makeLogRecord({"name": "ingest", "levelname": "INFO", "msg": "ingest.ready"})
    record.worker = "ingest-1"
    record.stored = 7
    assert (
        EventFormatter()
        .format(record)
        .endswith("INFO ingest ingest.ready worker=ingest-1 stored=7")
    )
