"""What goes wrong with the embedded services, with the remedy in the message."""

from __future__ import annotations


class EmbeddedError(RuntimeError):
    """An embedded service cannot start, run or stop; the text says what to do about it."""
