"""What a plan says of Open311. Pure."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Literal

import msgspec


class Open311Rules(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Who may use it and what it tells; off unless a plan turns it on.

    `jurisdiction` is the site's id there, such as a domain name. `anonymous`: reports are taken
    without an api_key. `tokens`: a report is answered with a token, from which its number can be
    asked for. `show_words`: what people wrote and their pictures are public, as elsewhere; else
    whoever has no key sees where and what only.
    """

    enabled: bool = False
    jurisdiction: str = ""
    contact: str = ""
    language: Literal["en", "zh"] = "zh"
    anonymous: bool = False
    tokens: bool = False
    show_words: bool = False


NO_OPEN311 = Open311Rules()


def wrong_open311(rules: Open311Rules) -> Iterator[str]:
    """What is to be mended in it."""
    if rules.enabled and not rules.jurisdiction:
        yield "open311 is enabled without a jurisdiction: name one, such as campus.example"
