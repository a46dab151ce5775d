"""Doctor: is this machine, with these settings, fit to run Gridwarden, and what to mend if not."""

from gridwarden.doctor.check import Check
from gridwarden.doctor.examine import examine

__all__ = ["Check", "examine"]
