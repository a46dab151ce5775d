"""Errors that a command shows as one message instead of a traceback."""

from __future__ import annotations

from collections.abc import Generator
from contextlib import contextmanager


class GridwardenError(Exception):
    """Something the user can mend; the text says what is wrong and what to do."""


@contextmanager
def told(*kinds: type[Exception]) -> Generator[None]:
    """Show errors of a part, whose texts say what to do, as one message.

    Raises:
        GridwardenError: in place of an error of these kinds, with its text.
    """
    try:
        yield
    except kinds as error:
        raise GridwardenError(str(error)) from error
