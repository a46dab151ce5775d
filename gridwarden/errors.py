"""Errors that a command shows as one message instead of a traceback."""

from __future__ import annotations


class GridwardenError(Exception):
    """Something the user can mend; the text says what is wrong and what to do."""
