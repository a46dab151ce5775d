"""Replies: what an agent has answered, kept over a restart, so that nothing is done twice."""

from __future__ import annotations

import logging
from collections import OrderedDict
from pathlib import Path

import msgspec

from edge.command import Reply

KEPT = 256  # ours: far more than can be asked while a command is valid

log = logging.getLogger(__name__)


class Replies:
    """The newest replies by the id of their command; without a path in memory only."""

    def __init__(self, path: Path | None = None) -> None:
        self._path = path
        self._replies = OrderedDict((reply.id, reply) for reply in _read(path))

    def get(self, command: str) -> Reply | None:
        """What was answered to a command, if it was."""
        return self._replies.get(command)

    def add(self, reply: Reply) -> None:
        """Keep a reply; when the disk refuses it is kept in memory, and the log says so."""
        self._replies[reply.id] = reply
        while len(self._replies) > KEPT:
            self._replies.popitem(last=False)
        if self._path is None:
            return
        try:
            write_whole(self._path, msgspec.json.encode(list(self._replies.values())))
        except OSError as error:
            log.warning("replies kept in memory only: path=%s error=%s", self._path, error)


def write_whole(path: Path, content: bytes) -> None:
    """Replace a file at once, so that a crash leaves the old or the new one.

    Raises:
        OSError: it cannot be written; the old one stays.
    """
    new = path.with_name(path.name + ".new")
    new.write_bytes(content)
    new.replace(path)


def _read(path: Path | None) -> list[Reply]:
    if path is None or not path.exists():
        return []
    try:
        return msgspec.json.decode(path.read_bytes(), type=list[Reply])
    except (OSError, msgspec.MsgspecError, UnicodeDecodeError) as error:
        log.warning("replies forgotten: path=%s error=%s", path, error)
        return []
