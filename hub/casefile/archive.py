"""Archive: writes the zip of a case, byte for byte the same for the same content.

Files are stored as they are, without compression and without times, so that whoever has the content
can write the archive again and compare: no byte of it is beyond proof. Its comment holds the hash
of the manifest, the archive's seal.
"""

from __future__ import annotations

from hashlib import sha256
from typing import IO, Any, Self
from zipfile import ZIP_STORED, ZipFile, ZipInfo

import msgspec

from hub.casefile.domain import FORMAT, MANIFEST, About, Entry, Manifest, What

_UNIX = 3
_MODE = 0o100644 << 16


class Archive:
    """Takes one file after the other within its block; `seal` ends it."""

    def __init__(self, out: IO[bytes]) -> None:
        """`out` must be open for writing and reading, and be seekable."""
        self._zip = ZipFile(out, "w", ZIP_STORED)
        self._entries: dict[str, Entry] = {}

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._zip.close()

    def add(self, path: str, content: bytes, what: What, **more: Any) -> None:
        """Add a file; one of a path that is there already is the same and is passed over."""
        if path in self._entries:
            return
        write(self._zip, path, content)
        self._entries[path] = Entry(
            path=path, what=what, sha256=sha256(content).hexdigest(), bytes=len(content), **more
        )

    def seal(self, about: About) -> str:
        """Write the manifest and end; returns its SHA-256, hexadecimal."""
        manifest = Manifest(format=FORMAT, about=about, files=list(self._entries.values()))
        content = msgspec.json.format(msgspec.json.encode(manifest), indent=1)
        write(self._zip, MANIFEST, content)
        seal = sha256(content).hexdigest()
        self._zip.comment = comment(seal)
        self._zip.close()
        return seal


def write(into: ZipFile, path: str, content: bytes) -> None:
    """Add a file in the one way in which an archive of ours holds it."""
    info = ZipInfo(path)
    info.create_system, info.external_attr = _UNIX, _MODE
    into.writestr(info, content)


def comment(seal: str) -> bytes:
    """What stands at the very end of an archive."""
    return f"{FORMAT} {seal}".encode()
