"""Registers of the files and of the evacuation totals; each entry is confirmed by a new version."""

from __future__ import annotations

from functools import partial

from hub.registers.domain import Register
from hub.registers.tallies import counted
from hub.sites.domain import Name
from ingest.sql import load_queries

_FILES, _TOTALS = load_queries("hub.files"), load_queries("hub.evacuation")

FILE_REGISTERS = (
    Register(
        "files", Name("Files of buildings and units", "一楼一档"), partial(counted, _FILES["tally"])
    ),
    Register(
        "evacuation",
        Name("Evacuation totals", "需协助疏散人数"),
        partial(counted, _TOTALS["tally"]),
    ),
)
