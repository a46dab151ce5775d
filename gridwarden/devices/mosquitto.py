"""Mosquitto: the files of a broker that holds a site's rights. Pure text; nothing is started here.

Three listeners: agents by certificate, services by certificate, simple devices by password. Rights
stand in Mosquitto's dynamic-security plugin, because it alone takes them away, and throws out who
had them, while the broker runs; its file is the broker's own once the broker has started.
"""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Iterable
from pathlib import PurePath
from typing import Any, NamedTuple

from gridwarden.devices.identity import Identity
from gridwarden.devices.rights import Rights, rights_of
from gridwarden.embedded.brokers import limits

ITERATIONS = 1000  # ours: the passwords are 160 random bits, which no number of guesses finds
_QUEUED_BYTES = 256 << 20  # ours: for a worker that is away; simple devices send nothing again
_SHARED = "$share/+/"  # what workers that share put before a topic


class Ports(NamedTuple):
    """Where the broker listens."""

    agents: int = 8883
    services: int = 8884
    devices: int = 8885


class Account(NamedTuple):
    """Somebody whom the broker knows; without a password they come by certificate."""

    identity: Identity
    password: str | None = None


Acl = tuple[str, str]  # what it allows, in the plugin's words, and on which topics


def configuration(
    folder: PurePath, data: PurePath, plugin: PurePath, ports: Ports, user: str | None = None
) -> str:
    """mosquitto.conf of a broker that finds its files in `folder` and keeps its state in `data`.

    `user` is who it runs as when root starts it; Mosquitto's own choice is `mosquitto`.
    """

    def listener(port: int) -> list[str]:
        return [
            f"listener {port}",
            f"certfile {folder / 'broker.crt'}",
            f"keyfile {folder / 'broker.key'}",
            "tls_version tlsv1.2",  # at least
        ]

    def by_certificate(authority: str) -> list[str]:
        return [
            f"cafile {folder / authority}.crt",
            f"crlfile {folder / authority}.crl",
            "require_certificate true",
            "use_identity_as_username true",
        ]

    lines = [
        "# Made by `gridwarden broker files`, which writes it anew.",
        "per_listener_settings false",
        "allow_anonymous false",
        f"plugin {plugin}",
        f"plugin_opt_config_file {data / 'dynamic-security.json'}",
        "persistence true",
        f"persistence_location {data}/",
        f"pid_file {data / 'mosquitto.pid'}",
        *limits(_QUEUED_BYTES),
        *([f"user {user}"] if user else []),
        "",
        "# Agents: their own branch of topics each, and one connection each.",
        *listener(ports.agents),
        *by_certificate("agents"),
        "use_username_as_clientid true",
        "",
        "# Hub, ingest and the operator: another authority, so that no agent gets in here.",
        *listener(ports.services),
        *by_certificate("services"),
        "",
        "# Simple devices, by user name and password.",
        *listener(ports.devices),
        "use_username_as_clientid true",
    ]
    return "\n".join(lines) + "\n"


def security(site: str, accounts: Iterable[Account]) -> str:
    """dynamic-security.json of a broker that starts for the first time: all accounts and roles."""
    known = list(accounts)
    roles = {account.identity.role: account.identity for account in known}
    document = {
        "defaultACLAccess": {
            "publishClientSend": False,
            "publishClientReceive": False,
            "subscribe": False,
            "unsubscribe": True,
        },
        "clients": [_client(account) for account in known],
        "groups": [],
        "roles": [
            {"rolename": role, "acls": acl_documents(acls_of(site, identity))}
            for role, identity in sorted(roles.items())
        ],
    }
    return json.dumps(document, indent=1) + "\n"


def acls_of(site: str, identity: Identity) -> frozenset[Acl]:
    """The rights of an identity as the plugin wants them."""
    return _acls(rights_of(site, identity.kind, identity.name))


def acl_documents(acls: Iterable[Acl]) -> list[dict[str, Any]]:
    """Rights as JSON of the plugin."""
    return [
        {"acltype": kind, "topic": topic, "priority": 0, "allow": True}
        for kind, topic in sorted(acls)
    ]


def _acls(rights: Rights) -> frozenset[Acl]:
    hear = rights.hear
    shared = tuple(_SHARED + topic for topic in hear if "+" in topic)
    return frozenset(
        [("publishClientSend", topic) for topic in rights.publish]
        + [("publishClientReceive", topic) for topic in hear]
        + [("subscribePattern", topic) for topic in (*hear, *shared)]
    )


def _client(account: Account) -> dict[str, Any]:
    document: dict[str, Any] = {
        "username": account.identity.user,
        "roles": [{"rolename": account.identity.role}],
    }
    if account.password is not None:
        # Nothing hangs on the salt being secret, and so the same accounts make the same file.
        salt = hashlib.sha256(account.identity.user.encode()).digest()[:12]
        hashed = hashlib.pbkdf2_hmac("sha512", account.password.encode(), salt, ITERATIONS)
        document |= {
            "password": base64.b64encode(hashed).decode(),
            "salt": base64.b64encode(salt).decode(),
            "iterations": ITERATIONS,
        }
    return document
