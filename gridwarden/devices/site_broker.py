"""Site broker: a Mosquitto's folder on disk, and a running one kept in step with the register."""

from __future__ import annotations

import os
import signal
from collections.abc import Sequence
from contextlib import suppress
from datetime import datetime
from pathlib import Path, PurePath
from typing import NamedTuple

import msgspec

from edge.tls import Tls, TlsError
from gridwarden.devices.authority import Pair, read_certificate
from gridwarden.devices.control import Change, synchronise
from gridwarden.devices.folder import (
    AUTHORITIES,
    AuthorityFolder,
    reported,
    write_secret,
    write_whole,
)
from gridwarden.devices.identity import SERVICES
from gridwarden.devices.logins import CA, CERTIFICATE, KEY, write_login
from gridwarden.devices.mosquitto import Account, Ports, configuration, security
from gridwarden.devices.register import WARN_BEFORE, Place
from gridwarden.errors import GridwardenError

_PLUGIN = "mosquitto_dynamic_security.so"
PLUGIN_OF_THE_IMAGE = PurePath("/usr/lib") / _PLUGIN  # eclipse-mosquitto
_PLUGIN_FOLDERS = ("/usr/lib", "/usr/lib/x86_64-linux-gnu", "/usr/lib/aarch64-linux-gnu")


class Layout(NamedTuple):
    """Where the broker finds its files: `folder` as we see it, `at` as the broker does."""

    folder: Path
    at: PurePath
    plugin: PurePath
    user: str | None = None

    @property
    def data(self) -> Path:
        """What the broker writes itself."""
        return self.folder / "data"


class Brought(NamedTuple):
    """What a running broker was told; `reloaded` if it has read the list of the revoked anew."""

    change: Change
    reloaded: bool


def find_plugin() -> PurePath:
    """Where Mosquitto's dynamic-security plugin is on this machine, else where its image has it."""
    for folder in _PLUGIN_FOLDERS:
        if (Path(folder) / _PLUGIN).exists():
            return PurePath(folder) / _PLUGIN
    return PLUGIN_OF_THE_IMAGE


def accounts(authorities: AuthorityFolder, now: datetime) -> Sequence[Account]:
    """Whom the broker is to know now."""
    return [
        Account(
            one.identity,
            authorities.password(one.identity) if one.kind == "devices" else None,
        )
        for one in authorities.register.good(now)
        if one.kind != "brokers"
    ]


def write_broker(
    authorities: AuthorityFolder,
    layout: Layout,
    hosts: tuple[str, ...],
    inside: str,
    ports: Ports,
    now: datetime,
    *,
    anew: bool,
) -> None:
    """Write the broker's folder and the logins of hub, ingest, courier and operator beside it.

    What a running broker owns, its users and roles, is written only if it is not there, or `anew`.

    Raises:
        GridwardenError: a folder can't be written.
    """
    place = Place(hosts, inside, (ports.agents, ports.services, ports.devices))
    names = tuple(dict.fromkeys((*hosts, inside)))
    with authorities.changing(), reported(layout.folder):
        layout.folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        authorities.keep(msgspec.structs.replace(authorities.register, place=place))
        _write_certificate(authorities, layout.folder, names, now)
        for service in SERVICES:
            _write_service(authorities, service, place.services_url, now)
        copy_lists(authorities, layout.folder)
        text = configuration(layout.at, layout.at / "data", layout.plugin, ports, layout.user)
        write_whole(layout.folder / "mosquitto.conf", text.encode())
        layout.data.mkdir(exist_ok=True, mode=0o700)
        known = layout.data / "dynamic-security.json"
        if anew or not known.exists():
            write_secret(
                known, security(authorities.register.site, accounts(authorities, now)).encode()
            )


def copy_lists(authorities: AuthorityFolder, folder: Path) -> None:
    """Give the broker the authorities' certificates and lists of the revoked."""
    for name in AUTHORITIES:
        for ending in ("crt", "crl"):
            content = (authorities.path / f"{name}.{ending}").read_bytes()
            write_whole(folder / f"{name}.{ending}", content)


def bring_up_to_date(
    authorities: AuthorityFolder, folder: Path, now: datetime, url: str | None = None
) -> Brought:
    """Tell a running broker what the register says; who lost their rights is thrown out.

    `folder` is the broker's, as `write_broker` made it. A broker of this machine reads the lists of
    the revoked anew.

    Raises:
        GridwardenError: the broker can't be told; what the register says is in force once it is.
    """
    place = authorities.register.place
    if place is None:
        raise GridwardenError("no broker's files yet: `gridwarden broker files --host NAME` first")
    login = service_folder(authorities, "operator")
    with suppress(FileNotFoundError):  # a broker whose folder is on another machine
        copy_lists(authorities, folder)
    try:
        change = synchronise(
            url or place.services_url,
            Tls(login / CA, login / CERTIFICATE, login / KEY),
            authorities.register.site,
            accounts(authorities, now),
        )
    except (GridwardenError, TlsError) as error:
        raise GridwardenError(
            f"{error}\nThe register is changed, the broker is not: run `gridwarden broker sync` "
            "once it can be reached"
        ) from error
    return Brought(change, _reload(folder / "data" / "mosquitto.pid"))


def service_folder(authorities: AuthorityFolder, service: str) -> Path:
    """Where a service's login is."""
    return authorities.path.parent / "services" / service


def _reload(pid_file: Path) -> bool:
    """Let a Mosquitto of this machine read its lists anew; False if there is none to be told."""
    try:
        number = int(pid_file.read_text())
        if Path(f"/proc/{number}/comm").read_text().strip() != "mosquitto":
            return False
        os.kill(number, signal.SIGHUP)
    except (OSError, ValueError):
        return False
    return True


def _write_certificate(
    authorities: AuthorityFolder, folder: Path, names: tuple[str, ...], now: datetime
) -> None:
    """The broker's own certificate, kept if it is for these names and good for a while."""
    file = folder / "broker.crt"
    if file.exists() and (folder / "broker.key").exists():
        kept = read_certificate(file.read_bytes())
        if kept.hosts == names and kept.until - now > WARN_BEFORE:
            return
    pair = authorities.issue_broker(names, now)
    write_secret(folder / "broker.key", pair.key)
    write_whole(file, pair.certificate)


def _write_service(authorities: AuthorityFolder, service: str, url: str, now: datetime) -> None:
    """A service's login, kept if it is good for a while; the one before ends by itself."""
    folder = service_folder(authorities, service)
    good = {
        one.serial
        for one in authorities.register.of("services", service)
        if one.until and one.good(now) and one.until - now > WARN_BEFORE
    }
    file = folder / CERTIFICATE
    kept = file.exists() and f"{read_certificate(file.read_bytes()).serial:x}" in good
    if not kept or not (folder / KEY).exists():
        pair = authorities.issue("services", service, now)
    else:
        pair = Pair(file.read_bytes(), (folder / KEY).read_bytes())
    write_login(folder, authorities.register.site, url, authorities.trusted, pair)
