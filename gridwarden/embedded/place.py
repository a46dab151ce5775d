"""Place: where a cluster's files and its socket can lie, given who runs the server."""

from __future__ import annotations

import logging
import os
import re
from dataclasses import dataclass
from hashlib import blake2b
from pathlib import Path

from gridwarden.embedded.account import Account, can_reach, server_account
from gridwarden.embedded.binaries import SYSTEM_FOLDER
from gridwarden.embedded.errors import EmbeddedError

MAX_SOCKET_PATH = 107  # sockaddr_un on Linux, less its final zero
_SOCKET_NAME = ".s.PGSQL.5432"
_PLAIN = re.compile(r"[A-Za-z0-9/._+~-]+")  # what needs no quoting in lists of folders

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Place:
    """Folders of one cluster and the account that owns them (None: ourselves)."""

    cluster: Path
    socket: Path
    logs: Path
    account: Account | None


def place_for(home: Path) -> Place:
    """Where the cluster of `home` lies; makes the folders around it, not the cluster.

    Normally inside `home`. As root, when the server's user cannot pass through the folders above
    `home`, below the system folder instead, under a name made from `home`'s path.

    Raises:
        EmbeddedError: a cluster is in `home` and the server's user can no longer reach it.
    """
    home = home.resolve()
    elsewhere = SYSTEM_FOLDER / _slug(home)
    base = elsewhere if (elsewhere / "cluster").exists() else home
    account = server_account(base / "cluster")
    if not can_reach(base, account):
        if (home / "cluster").exists():
            raise EmbeddedError(
                f"user {account.name if account else os.geteuid()} cannot reach {home}/cluster; "
                "allow passing through the folders above it (chmod o+x) or move the data folder"
            )
        base = elsewhere
        _log.info("database files placed in %s: %s is closed to the server's user", base, home)
    make_passable(base)
    logs = base / "logs"
    logs.mkdir(mode=0o700, exist_ok=True)
    return Place(base / "cluster", _socket_folder(base, account), logs, account)


def make_passable(folder: Path) -> None:
    """Make `folder` and those above it if need be; a new one may be passed through, not listed."""
    if not folder.exists():
        folder.parent.mkdir(parents=True, exist_ok=True)
        folder.mkdir()
        folder.chmod(0o711)


def own(folder: Path, account: Account | None) -> None:
    """Make `folder` if need be; private to `account`.

    Raises:
        EmbeddedError: it is there and belongs to somebody else.
    """
    folder.mkdir(mode=0o700, exist_ok=True)
    if folder.is_symlink() or folder.stat().st_uid not in (os.geteuid(), _uid(account)):
        raise EmbeddedError(f"{folder} belongs to another user; remove it and start again")
    if account:
        os.chown(folder, account.uid, account.gid)
    folder.chmod(0o700)


def socket_path(base: Path) -> Path:
    """Where the server's socket lies in `base`, if that is short enough."""
    return base / "socket" / _SOCKET_NAME


def _socket_folder(base: Path, account: Account | None) -> Path:
    path = str(socket_path(base))
    folder = base / "socket"
    if len(os.fsencode(path)) > MAX_SOCKET_PATH or not _PLAIN.fullmatch(path):
        runtime = Path(os.environ.get("XDG_RUNTIME_DIR", "/tmp"))  # noqa: S108
        parent = runtime if account is None and os.access(runtime, os.W_OK) else Path("/tmp")  # noqa: S108
        folder = (
            parent
            / f"gridwarden-{_uid(account)}-{blake2b(os.fsencode(base), digest_size=6).hexdigest()}"
        )
    own(folder, account)
    return folder


def _uid(account: Account | None) -> int:
    return account.uid if account else os.geteuid()


def _slug(home: Path) -> str:
    digest = blake2b(os.fsencode(home), digest_size=6).hexdigest()
    name = re.sub(r"[^A-Za-z0-9]+", "-", home.parent.name + "-" + home.name).strip("-")
    return f"{name[:40]}-{digest}"
