"""Folder: a site's authorities and register on disk, below `data_dir/ca`, for its owner only.

`agents.*` signs agents and the broker, `services.*` signs hub, ingest and operator, `devices.key`
makes the passwords of simple devices, `register.json` says who was enrolled. Each file is written
whole or not at all; one command at a time changes the folder.
"""

from __future__ import annotations

import base64
import fcntl
import hmac
import os
import secrets
from collections.abc import Generator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path

import msgspec

from gridwarden.devices.authority import (
    CA_DAYS,
    CLIENT_DAYS,
    Pair,
    Revoked,
    issue_client,
    issue_server,
    make_authority,
    read_certificate,
    revocation_list,
)
from gridwarden.devices.identity import Identity, Kind
from gridwarden.devices.register import Enrolment, Register
from gridwarden.errors import GridwardenError

AUTHORITIES = ("agents", "services")
_PASSWORD_BYTES = 20  # 32 letters and digits


class AuthorityFolder:
    """The folder; `register` is what it says now."""

    def __init__(self, path: Path) -> None:
        """Open a folder that `create` has made.

        Raises:
            GridwardenError: there is none, or it can't be read.
        """
        self.path = path
        self.register = self._read()

    @classmethod
    def create(cls, path: Path, site: str, now: datetime, days: int = CA_DAYS) -> AuthorityFolder:
        """Make both authorities, an empty register and empty lists of the revoked.

        Raises:
            GridwardenError: there is one already, or the folder can't be written.
        """
        if (path / "register.json").exists():
            raise GridwardenError(
                f"{path} has an authority already; `gridwarden ca show` tells of it, "
                "`gridwarden ca renew` makes its certificate anew"
            )
        with reported(path):
            path.mkdir(parents=True, exist_ok=True, mode=0o700)
            for name in AUTHORITIES:
                pair = make_authority(f"{site} {name}", now, days)
                write_secret(path / f"{name}.key", pair.key)
                write_whole(path / f"{name}.crt", pair.certificate)
            write_secret(path / "devices.key", secrets.token_bytes(32))
            write_secret(path / "register.json", msgspec.json.encode(Register(site)))
        folder = cls(path)
        folder._list_revoked(now)
        return folder

    @contextmanager
    def changing(self) -> Generator[None]:
        """Hold the folder alone, with the newest register, and let it go again."""
        with reported(self.path):
            handle = os.open(self.path / "lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            fcntl.flock(handle, fcntl.LOCK_EX)
            self.register = self._read()
            yield
        finally:
            os.close(handle)

    def authority(self, kind: Kind) -> Pair:
        """Who signs identities of a kind."""
        name = "services" if kind == "services" else "agents"
        with reported(self.path):
            return Pair(
                (self.path / f"{name}.crt").read_bytes(), (self.path / f"{name}.key").read_bytes()
            )

    @property
    def trusted(self) -> bytes:
        """The certificate (PEM) by which everybody knows the broker."""
        return self.authority("brokers").certificate

    def issue(self, kind: Kind, name: str, now: datetime, days: int = CLIENT_DAYS) -> Pair:
        """Enrol a name: its next identity, by certificate."""
        identity = self.register.next_identity(kind, name)
        pair = issue_client(self.authority(kind), identity.user, now, days)
        self._enrol(identity, pair, now)
        return pair

    def issue_broker(self, hosts: tuple[str, ...], now: datetime) -> Pair:
        """A certificate for a broker of these names."""
        identity = self.register.next_identity("brokers", "broker")
        pair = issue_server(self.authority("brokers"), identity.user, hosts, now)
        self._enrol(identity, pair, now)
        return pair

    def admit(self, name: str, now: datetime) -> Identity:
        """Enrol a simple device, by password."""
        identity = self.register.next_identity("devices", name)
        self.keep(self.register.adding(Enrolment(*identity, made=now)))
        return identity

    def password(self, identity: Identity) -> str:
        """A simple device's password: 160 bits out of this folder's secret, so none is stored."""
        with reported(self.path):
            key = (self.path / "devices.key").read_bytes()
        made = hmac.digest(key, f"{self.register.site}/{identity.user}".encode(), "sha256")
        return base64.b32encode(made[:_PASSWORD_BYTES]).decode().lower()

    def revoke(self, kind: Kind, name: str, now: datetime) -> None:
        """End every enrolment of a name, and list its certificates.

        Raises:
            RegisterError: nobody of that name has one.
        """
        self.keep(self.register.revoking(kind, name, now))
        self._list_revoked(now)

    def renew(self, now: datetime, days: int = CA_DAYS) -> None:
        """New certificates for the keys there are: all that these signed stays good."""
        for name in AUTHORITIES:
            with reported(self.path):
                key = (self.path / f"{name}.key").read_bytes()
                pair = make_authority(f"{self.register.site} {name}", now, days, key)
                write_whole(self.path / f"{name}.crt", pair.certificate)
        self._list_revoked(now)

    def keep(self, register: Register) -> None:
        """Put a register in place of the one there."""
        with reported(self.path):
            write_secret(self.path / "register.json", msgspec.json.encode(register))
        self.register = register

    def _enrol(self, identity: Identity, pair: Pair, now: datetime) -> None:
        read = read_certificate(pair.certificate)
        enrolment = Enrolment(*identity, made=now, serial=f"{read.serial:x}", until=read.until)
        self.keep(self.register.adding(enrolment))

    def _list_revoked(self, now: datetime) -> None:
        for name, kind in zip(AUTHORITIES, ("agents", "services"), strict=True):
            revoked = [
                Revoked(int(one.serial, 16), one.revoked)
                for one in self.register.enrolments
                if one.serial and one.revoked and (one.kind == "services") == (name == "services")
            ]
            listed = revocation_list(self.authority(kind), revoked, now)
            with reported(self.path):
                write_whole(self.path / f"{name}.crl", listed)

    def _read(self) -> Register:
        try:
            return msgspec.json.decode((self.path / "register.json").read_bytes(), type=Register)
        except FileNotFoundError:
            raise GridwardenError(
                f"{self.path} has no authority; `gridwarden ca init` makes one"
            ) from None
        except OSError as error:
            raise GridwardenError(f"{self.path}: {error.strerror}; see who owns it") from error
        except msgspec.MsgspecError as error:
            raise GridwardenError(
                f"{self.path / 'register.json'} is damaged ({error}); restore it from a backup"
            ) from error


def write_secret(path: Path, content: bytes) -> None:
    """Write a file that only its owner may read, whole or not at all."""
    write_whole(path, content, 0o600)


def write_whole(path: Path, content: bytes, mode: int = 0o644) -> None:
    """Write a file whole or not at all."""
    draft = path.with_name(f"{path.name}.{os.getpid()}")
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, mode)
    with os.fdopen(descriptor, "wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    draft.replace(path)


@contextmanager
def reported(path: Path) -> Generator[None]:
    """Tell an operating system's error about files at `path` as one of ours.

    Raises:
        GridwardenError: in place of an OSError.
    """
    try:
        yield
    except OSError as error:
        raise GridwardenError(
            f"{path}: {error.strerror}; see who owns it, or name another folder "
            "(GRIDWARDEN_DATA_DIR)"
        ) from error
