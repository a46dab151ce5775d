"""Account: the user that PostgreSQL runs as, and which folders that user can reach."""

from __future__ import annotations

import os
import pwd
import stat
from dataclasses import dataclass
from pathlib import Path

from gridwarden.embedded.errors import EmbeddedError

_UNPRIVILEGED = ("postgres", "nobody")  # the first that exists


@dataclass(frozen=True, slots=True)
class Account:
    """A user by number, with its primary group and no other."""

    name: str
    uid: int
    gid: int


def server_account(cluster: Path) -> Account | None:
    """Who must run the server: None for ourselves, another account when we are root.

    PostgreSQL refuses to run as root. A cluster that exists stays with its owner.

    Raises:
        EmbeddedError: no unprivileged account on this machine.
    """
    if os.geteuid() != 0:
        return None
    if cluster.exists() and (owner := cluster.stat().st_uid) != 0:
        return _account(pwd.getpwuid(owner))
    for name in _UNPRIVILEGED:
        try:
            return _account(pwd.getpwnam(name))
        except KeyError:
            continue
    raise EmbeddedError(
        "PostgreSQL does not run as root, and this machine has neither a user 'postgres' nor "
        "'nobody'; create one (useradd --system postgres) or start gridwarden as another user"
    )


def can_reach(path: Path, account: Account | None) -> bool:
    """Whether `account` may pass through every folder on the way to `path` and into it."""
    if account is None:
        return os.access(path, os.X_OK)
    return all(_may_enter(folder, account) for folder in (path, *path.parents) if folder.exists())


def _may_enter(folder: Path, account: Account) -> bool:
    status = folder.stat()
    if status.st_uid == account.uid:
        return bool(status.st_mode & stat.S_IXUSR)
    if status.st_gid == account.gid:
        return bool(status.st_mode & stat.S_IXGRP)
    return bool(status.st_mode & stat.S_IXOTH)


def _account(entry: pwd.struct_passwd) -> Account:
    return Account(entry.pw_name, entry.pw_uid, entry.pw_gid)
