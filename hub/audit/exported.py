"""The audit log as a file: JSON lines that prove themselves without a database. Pure.

The first line says what follows and on which hash it rests; then one line per entry; the last says
how many there were and the last hash, so that a file cut short is seen. Entry n is proven by
SHA-256 of the hash before it (32 bytes) followed by the canonical JSON of `seq`, `at`
(microseconds UTC), `actor`, `action`, `subject` and `data`; see `hub.sealing`.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any, cast

import msgspec

from edge.wire import Micros
from hub.audit.domain import Entry, Head, SealedEntry

FORMAT = "gridwarden.audit/1"


class NoAuditFileError(ValueError):
    """A file is no export of the audit log, or is cut short; the text says where."""


class FileStart(msgspec.Struct, frozen=True, kw_only=True):
    """What a file begins with: the entry before its first, and when it was made."""

    format: str
    after: int
    hash: str
    exported: Micros


def start_line(before: Head, now: Micros) -> str:
    """The first line of a file whose entries follow `before`."""
    start = FileStart(format=FORMAT, after=before.seq, hash=before.hash.hex(), exported=now)
    return _line(msgspec.to_builtins(start))


def entry_line(one: SealedEntry) -> str:
    """The line of an entry."""
    return _line(
        {"seq": one.seq, **msgspec.structs.asdict(one.entry)}
        | {"prev_hash": one.prev_hash.hex(), "hash": one.hash.hex()}
    )


def end_line(head: Head) -> str:
    """The last line of a file that ends with `head`."""
    return _line({"end": head.seq, "hash": head.hash.hex()})


def read_start(line: str) -> Head:
    """The entry that the file's first follows.

    Raises:
        NoAuditFileError: it is no such file.
    """
    try:
        start = msgspec.json.decode(line, type=FileStart)
        before = Head(start.after, bytes.fromhex(start.hash))
    except (msgspec.DecodeError, ValueError):
        raise NoAuditFileError("line 1 is not the first line of an exported audit log") from None
    if start.format != FORMAT:
        raise NoAuditFileError(f"line 1: the format is {start.format}; {FORMAT} is understood")
    return before


def read_entries(lines: Iterable[str], last: list[Head]) -> Iterator[SealedEntry]:
    """The entries behind the first line; what the last line says is put into `last`.

    Raises:
        NoAuditFileError: a line is no entry, or the last line is missing.
    """
    for number, line in enumerate(lines, start=2):
        if last:
            raise NoAuditFileError(f"line {number} stands behind the last line")
        try:
            found = cast("dict[str, Any]", msgspec.json.decode(line, type=dict))
            if "end" in found:
                last.append(Head(found["end"], bytes.fromhex(found["hash"])))
                continue
            yield SealedEntry(
                seq=found["seq"],
                entry=msgspec.convert(found, Entry),
                prev_hash=bytes.fromhex(found["prev_hash"]),
                hash=bytes.fromhex(found["hash"]),
            )
        except (msgspec.DecodeError, msgspec.ValidationError, KeyError, ValueError, TypeError):
            raise NoAuditFileError(f"line {number} is not an entry of the audit log") from None
    if not last:
        raise NoAuditFileError("the last line is missing: the file was cut short")


def _line(content: Any) -> str:
    return msgspec.json.encode(content).decode()
