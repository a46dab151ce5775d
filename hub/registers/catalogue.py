"""Catalogue: all registers that the hub knows, in the order in which they are shown."""

from __future__ import annotations

from hub.files.registers import FILE_REGISTERS
from hub.registers.domain import Register
from hub.sites.registers import SITE_REGISTERS
from hub.units.registers import UNIT_REGISTER

REGISTERS: tuple[Register, ...] = (*SITE_REGISTERS, UNIT_REGISTER, *FILE_REGISTERS)
"""Another capability's register joins with one line here."""
