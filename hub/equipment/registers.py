"""Registers: the fire equipment among the registers whose age is watched (SE-17)."""

from __future__ import annotations

from functools import partial

from hub.registers.domain import Register
from hub.registers.tallies import counted
from hub.sites.domain import Name
from ingest.sql import load_queries

_QUERIES = load_queries("hub.equipment")

EQUIPMENT = Register(
    "equipment", Name("Fire equipment", "消防器材"), partial(counted, _QUERIES["tally"])
)
