"""Catalogue: all registers that the hub knows, in the order in which they are shown."""

from __future__ import annotations

from hub.equipment.registers import EQUIPMENT
from hub.files.registers import FILE_REGISTERS
from hub.hydrants.registers import HYDRANTS
from hub.registers.domain import Register
from hub.sites.registers import SITE_REGISTERS
from hub.units.registers import UNIT_REGISTER

REGISTERS: tuple[Register, ...] = (
    *SITE_REGISTERS,
    HYDRANTS,
    EQUIPMENT,
    UNIT_REGISTER,
    *FILE_REGISTERS,
)
"""Another capability's register joins with one line here."""
