"""The backup's form: a tar of `manifest.json`, `store.dump` and the data folder's files.

The manifest names every file with its SHA-256, and every table with its rows at the moment of the
dump, so that a damaged file is refused and a restore is checked against what was saved.
"""

from __future__ import annotations

import hashlib
import tarfile
from pathlib import Path

import msgspec

from gridwarden.errors import GridwardenError

FORMAT = "gridwarden.backup/1"
MANIFEST = "manifest.json"
DUMP = "store.dump"  # pg_dump's custom format
FOLDER = "data"
_BLOCK = 1 << 20


class Manifest(msgspec.Struct, frozen=True, kw_only=True):
    """What a backup holds. `files` are SHA-256 by name in the archive, `rows` counts by table."""

    format: str
    version: str
    made: str
    timescaledb: str | None
    audit_head: str
    files: dict[str, str]
    rows: dict[str, int]


def pack(folder: Path, manifest: Manifest, target: Path) -> None:
    """Write the archive: the manifest, and the files of `folder` that it names."""
    (folder / MANIFEST).write_bytes(msgspec.json.format(msgspec.json.encode(manifest)))
    target.touch(mode=0o600, exist_ok=False)  # card numbers' key and people's data are in it
    with tarfile.open(target, "w", format=tarfile.PAX_FORMAT) as archive:
        for name in (MANIFEST, *sorted(manifest.files)):
            archive.add(folder / name, name, recursive=False)


def unpack(source: Path, folder: Path) -> Manifest:
    """Unpack an archive into an empty folder and check every file.

    Raises:
        GridwardenError: it is no backup of ours, or damaged; nothing else was touched.
    """
    try:
        with tarfile.open(source, "r:") as archive:
            archive.extractall(folder, filter="data")
        manifest = msgspec.json.decode((folder / MANIFEST).read_bytes(), type=Manifest)
    except (OSError, tarfile.TarError, msgspec.DecodeError) as error:
        raise GridwardenError(f"{source} is no backup, or cut short: {error}") from error
    if manifest.format != FORMAT:
        raise GridwardenError(f"{source} is a {manifest.format}; this version reads {FORMAT}")
    for name, wanted in manifest.files.items():
        path = folder / name
        if not path.is_file() or fingerprint(path) != wanted:
            raise GridwardenError(f"{source} is damaged: {name} is not what was saved")
    return manifest


def fingerprint(path: Path) -> str:
    """SHA-256 of a file."""
    found = hashlib.sha256()
    with path.open("rb") as file:
        while block := file.read(_BLOCK):
            found.update(block)
    return found.hexdigest()
