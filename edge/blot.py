"""Blot: of text in which a person cannot be told from the rest, only the form may be seen.

Part of the contract of `edge.wire`: agents blot before they send, ingest before it stores.
"""

from __future__ import annotations

import re

_WORD = re.compile(r"\w+")


def blot(text: str) -> str:
    """The text with `#` for each word: its form shows, what it says does not."""
    return _WORD.sub("#", text)
