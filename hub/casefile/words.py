"""Words: what the export of a case says, in the language asked for. Pure."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from importlib.resources import files
from typing import Literal

import msgspec

from hub.sites.domain import Name

Language = Literal["en", "zh"]

_SYSTEM = "system:"
_REPORTER = re.compile(r"^reporter:(\w+)$")
_TABLES: dict[str, dict[str, Name]] = msgspec.convert(
    tomllib.loads(files("hub.casefile").joinpath("words.toml").read_text(encoding="utf-8")),
    dict[str, dict[str, Name]],
)


class Words:
    """All texts in one language; what has none is told by its own name."""

    def __init__(self, language: Language, kinds: Mapping[str, Name]) -> None:
        """`kinds` are the titles of kinds that the plan has added."""
        self.language: Language = language
        self._kinds = kinds

    def __call__(self, word: str, **values: object) -> str:
        """A text of the export with its values."""
        return self.name(_TABLES["words"][word]).format(**values)

    def name(self, name: Name) -> str:
        """A name in the language."""
        return name.zh if self.language == "zh" else name.en

    def kind(self, kind: str) -> str:
        """What a kind of case is called."""
        added = self._kinds.get(kind)
        return self._one("kinds", kind) if added is None else self.name(added)

    def grade(self, grade: str) -> str:
        """What a grade is called."""
        return self._one("grades", grade)

    def state(self, stage: str) -> str:
        """What a stage is called."""
        return self._one("states", stage)

    def event(self, event: str) -> str:
        """What an event is called."""
        return self._one("events", event)

    def quantity(self, quantity: str) -> str:
        """What is measured."""
        return self._one("quantities", quantity)

    def actor(self, actor: str, known: Name | None) -> str:
        """Who acted; `known` is the name of a person of the site."""
        if known is not None:
            return self.name(known)
        if actor.startswith(_SYSTEM):
            part = actor.removeprefix(_SYSTEM)
            return self._one("actors", part if part in _TABLES["actors"] else "system")
        reporter = _REPORTER.match(actor)
        if reporter is not None:
            return self._one("actors", "reporter").format(number=reporter[1])
        return actor

    def _one(self, table: str, word: str) -> str:
        found = _TABLES[table].get(word)
        return word if found is None else self.name(found)
