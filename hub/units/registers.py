"""Register of the units' classes and filings: each unit is confirmed by its newest entry."""

from __future__ import annotations

from functools import partial

from hub.registers.domain import Register
from hub.registers.tallies import counted
from hub.sites.domain import Name
from ingest.sql import load_queries

_QUERIES = load_queries("hub.units")

UNIT_REGISTER = Register(
    "unit-classes",
    Name("Unit classes and filings", "单位分级与备案"),
    partial(counted, _QUERIES["tally"]),
)
