"""Write: whether a new version of a part fits the plan. Pure."""

from __future__ import annotations

from collections.abc import Collection
from difflib import get_close_matches

import msgspec

from hub.files.rules import FileKind, FileRules, Part
from hub.tables import day_of, number_of

LONGEST = 2000  # characters of a text; ours

Value = str | float | None  # a day is written as 2027-03-31


class Fault(msgspec.Struct, frozen=True):
    """Why an entry is not taken: which field, and what to do."""

    field: str
    text: str


def faults(
    rules: FileRules,
    kind: FileKind,
    part: str,
    value: Value,
    attachments: Collection[str],
    kept: Collection[str],
) -> list[Fault]:
    """What is wrong with an entry; `kept` are the hashes under which an attachment is kept."""
    parts = rules.kinds[kind].parts
    if part not in parts:
        close = get_close_matches(part, list(parts), n=1)
        meant = f"; did you mean {close[0]}?" if close else ""
        named = ", ".join(name for name, one in parts.items() if one.holds)
        return [Fault("part", f"the plan has no such part{meant} There are {named}")]
    found = [*_wrong_value(parts[part], value)]
    if parts[part].holds == "document" and value is None and not attachments:
        found.append(Fault("attachments", "this part is a document: attach it"))
    found += [
        Fault("attachments", f"nothing is kept under {one}: send it to /api/attachments first")
        for one in attachments
        if one not in kept
    ]
    return found


def read_value(part: Part, text: str) -> Value:
    """A value out of a table's cell.

    Raises:
        ValueError: it is no number or day where the part holds one; the text says what to write.
    """
    if part.holds == "number":
        number = number_of(text)
        if number is None:
            raise ValueError("write a number such as 12 or 1.5")
        return int(number) if number.is_integer() else number
    if part.holds == "date":
        day = day_of(text)
        if day is None:
            raise ValueError("write the day as 2027-03-31")
        return day.isoformat()
    return text


def _wrong_value(part: Part, value: Value) -> list[Fault]:
    if part.known is not None:
        return [Fault("part", f"the hub knows {part.known} itself: write it in its own register")]
    if value is None:
        return []
    if part.holds == "document":
        return [Fault("value", "this part is a document: attach it instead")]
    if (part.holds == "number") == isinstance(value, str):
        return [Fault("value", f"this part holds a {part.holds}: write one")]
    if isinstance(value, str):
        if len(value) > LONGEST:
            return [Fault("value", f"is longer than {LONGEST} characters: shorten it")]
        try:
            read_value(part, value)
        except ValueError as error:
            return [Fault("value", str(error))]
    return []
