"""Swipe log: access logs of other systems (CSV with a header line) as swipes.

One line is one record; blank lines are none. Every record becomes a swipe, or an `Unreadable`
that says why not. Blanks around values do not count, and blanks within a reader's name become
`-`, so that zone `Server Room` of floor 3 is reader `3-Server-Room`.
"""

from __future__ import annotations

import csv
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, tzinfo
from io import StringIO
from pathlib import Path
from typing import BinaryIO
from zoneinfo import ZoneInfo

from edge.blot import blot
from edge.pack import Unreadable
from edge.wire import Direction, Micros, Swipe, is_identifier

MAX_LINE_BYTES = 65_536  # ours: a longer line is no access record
_MAX_CARD = 128  # as in the wire contract
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)

DIRECTIONS: Mapping[str, Direction] = {
    "": Direction.UNKNOWN,
    **dict.fromkeys(("unknown", "-", "0"), Direction.UNKNOWN),
    **dict.fromkeys(("in", "entry", "enter", "1", "进", "入"), Direction.IN),
    **dict.fromkeys(("out", "exit", "leave", "2", "出"), Direction.OUT),
}
GRANTS: Mapping[str, bool] = {
    **dict.fromkeys(("", "true", "1", "yes", "granted", "allowed", "ok", "允许"), True),
    **dict.fromkeys(("false", "0", "no", "denied", "refused", "拒绝"), False),
}


class SwipeLogError(ValueError):
    """The log as a whole cannot be read; the text says what to change."""


@dataclass(frozen=True, slots=True)
class SwipeColumns:
    """Which column is what.

    `reader` names one or more columns, joined by `-`. `time_format` is strptime's (without it,
    ISO 8601); times without an offset are in `time_zone`. Without a `direction` column the
    direction is unknown, without `granted` every swipe was granted.
    """

    time: str
    card: str
    reader: tuple[str, ...]
    direction: str | None = None
    granted: str | None = None
    time_format: str | None = None
    time_zone: str = "UTC"
    encoding: str = "utf-8"

    def names(self) -> list[str]:
        """The columns that the log must have."""
        optional = [name for name in (self.direction, self.granted) if name is not None]
        return [self.time, self.card, *self.reader, *optional]


def read_swipe_log(path: Path, columns: SwipeColumns) -> Iterator[Swipe | Unreadable]:
    """The records of a log, in its order.

    Raises:
        SwipeLogError: no such file, time zone, encoding or column.
    """
    try:
        with path.open("rb") as file:
            lines = _lines(file)
            header = _header(lines, path, columns)
            read = _reader_of_records(header, columns)
            show = _shower_of_records(header, columns)
            for line, raw in lines:
                try:
                    yield read(raw)
                except ValueError as error:
                    text, card = show(raw)
                    yield Unreadable(path.name, line, text, str(error), card)
    except OSError as error:
        raise SwipeLogError(f"{path}: {error.strerror}") from error
    except LookupError as error:
        raise SwipeLogError(f"encoding {columns.encoding!r} is unknown; try utf-8") from error


def _lines(file: BinaryIO) -> Iterator[tuple[int, bytes]]:
    """Line numbers, from 1, and lines without their ends; blank ones are left out.

    Of a line that is too long only the beginning is read into memory.
    """
    number = 0
    while raw := file.readline(MAX_LINE_BYTES + 2):
        number += 1
        rest = raw
        while not rest.endswith(b"\n") and (rest := file.readline(MAX_LINE_BYTES)):
            pass
        if line := raw.rstrip(b"\r\n").strip(b" \t"):
            yield number, line


def _header(lines: Iterator[tuple[int, bytes]], path: Path, columns: SwipeColumns) -> Sequence[str]:
    _, first = next(lines, (0, b""))
    try:
        header = _fields(first.removeprefix(b"\xef\xbb\xbf"), columns.encoding)
    except ValueError as error:
        raise SwipeLogError(f"{path}: header line: {error}") from error
    for name in columns.names():
        if name not in header:
            raise SwipeLogError(f"{path} has no column {name!r}; it has {', '.join(header)}")
    return header


def _reader_of_records(header: Sequence[str], columns: SwipeColumns) -> Callable[[bytes], Swipe]:
    """A function that reads one line, and raises ValueError when it is no swipe."""
    zone = _zone(columns.time_zone)
    time, card = header.index(columns.time), header.index(columns.card)
    reader = [header.index(name) for name in columns.reader]
    direction = None if columns.direction is None else header.index(columns.direction)
    granted = None if columns.granted is None else header.index(columns.granted)

    def read(raw: bytes) -> Swipe:
        fields = _fields(raw, columns.encoding)
        if len(fields) != len(header):
            raise ValueError(f"{len(fields)} columns where the header has {len(header)}")
        return Swipe(
            reader=_reader_name([fields[index] for index in reader]),
            time=_time(fields[time], columns.time_format, zone),
            card=_card(fields[card]),
            direction=Direction.UNKNOWN if direction is None else _direction(fields[direction]),
            granted=True if granted is None else _granted(fields[granted]),
        )

    return read


def _shower_of_records(
    header: Sequence[str], columns: SwipeColumns
) -> Callable[[bytes], tuple[str, str]]:
    """A function that tells what of a line that is no swipe may leave the edge, and its card.

    That is the columns that were named, with the others blank: nobody knows what else an access
    log says of people. Where the columns can't be told apart only the line's form is left, and no
    card is told.
    """
    card = header.index(columns.card)
    named = {header.index(name) for name in columns.names()}

    def show(raw: bytes) -> tuple[str, str]:
        try:
            fields = _fields(raw, columns.encoding)
        except ValueError:
            fields = []
        if len(fields) != len(header):
            return blot(raw[:MAX_LINE_BYTES].decode(columns.encoding, "backslashreplace")), ""
        line = StringIO()
        csv.writer(line, lineterminator="").writerow(
            field if index in named else "" for index, field in enumerate(fields)
        )
        return line.getvalue(), fields[card]

    return show


def _fields(raw: bytes, encoding: str) -> list[str]:
    if len(raw) > MAX_LINE_BYTES:
        raise ValueError(f"line longer than {MAX_LINE_BYTES} bytes")
    try:
        text = raw.decode(encoding)
    except UnicodeDecodeError as error:
        raise ValueError(f"not {encoding}: name the log's encoding") from error
    try:
        (fields,) = csv.reader([text], skipinitialspace=True, strict=True)
    except csv.Error as error:
        raise ValueError(f"not CSV: {error}") from error
    return [field.strip() for field in fields]


def _zone(name: str) -> tzinfo:
    try:
        return ZoneInfo(name)
    except (KeyError, ValueError, OSError) as error:
        raise SwipeLogError(
            f"time zone {name!r} is unknown; write one like Asia/Shanghai"
        ) from error


def _time(text: str, time_format: str | None, zone: tzinfo) -> Micros:
    try:
        if time_format is None:
            time = datetime.fromisoformat(text)
        else:
            time = datetime.strptime(text, time_format)  # noqa: DTZ007 - the zone follows below
    except ValueError as error:
        expected = time_format or "ISO 8601"
        raise ValueError(f"time {text!r} is not {expected}") from error
    if time.tzinfo is None:
        local = time.replace(tzinfo=zone)
        if local.astimezone(UTC).astimezone(zone).replace(tzinfo=None) != time:
            raise ValueError(f"time {text!r} was skipped by the clocks of {zone}")
        time = local
    since = time - _EPOCH
    return (since.days * 86_400 + since.seconds) * 1_000_000 + since.microseconds


def _reader_name(parts: list[str]) -> str:
    if not all(parts):
        raise ValueError("no reader")
    name = "-".join("-".join(part.split()) for part in parts)
    if not is_identifier(name):
        raise ValueError(f"reader {name!r}: 1 to 64 letters, digits, '.', '_' or '-' expected")
    return name


def _card(text: str) -> str:
    if not text:
        raise ValueError("no card")
    if len(text) > _MAX_CARD:
        raise ValueError(f"card longer than {_MAX_CARD} characters")
    return text


def _direction(text: str) -> Direction:
    try:
        return DIRECTIONS[text.lower()]
    except KeyError:
        raise ValueError(f"direction {text!r}: in, out or nothing expected") from None


def _granted(text: str) -> bool:
    try:
        return GRANTS[text.lower()]
    except KeyError:
        raise ValueError(f"granted {text!r}: yes or no expected") from None
