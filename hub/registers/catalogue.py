"""Catalogue: all registers that the hub knows, in the order in which they are shown."""

from __future__ import annotations

from hub.registers.domain import Register
from hub.sites.registers import SITE_REGISTERS

REGISTERS: tuple[Register, ...] = (*SITE_REGISTERS,)
"""Another capability's register joins with one line here."""
