"""Registers of the site: the parts of the site file that go stale when nobody looks at them."""

from __future__ import annotations

from functools import partial

from hub.registers.domain import Register
from hub.registers.tallies import counted
from hub.sites.domain import Name
from ingest.sql import load_queries

_QUERIES = load_queries("hub.sites", "registers.sql")


def _register(part: str, en: str, zh: str) -> Register:
    return Register(part, Name(en, zh), partial(counted, _QUERIES[f"count_{part}"]))


SITE_REGISTERS = (
    _register("grids", "Grids and duties", "网格与职责"),
    _register("people", "People and holders", "人员与网格责任"),
    _register("devices", "Devices", "设备"),
    _register("places", "Places", "点位"),
    _register("households", "Households", "户"),
    _register("units", "Units", "单位"),
)
"""A load of the site file confirms them all."""

DIVISION_REGISTERS = ("grids", "people")
"""What an approved proposal has said anew, and so confirms."""
