"""What goes wrong with the embedded services, with the remedy in the message."""

from __future__ import annotations

from gridwarden.errors import GridwardenError


class EmbeddedError(GridwardenError):
    """An embedded service cannot start, run or stop; the text says what to do about it."""
