"""What we write for Mosquitto."""

from __future__ import annotations

import json
from pathlib import PurePath

from gridwarden.devices.identity import Identity
from gridwarden.devices.mosquitto import Account, Ports, configuration, security
from gridwarden.embedded.brokers import mosquitto_configuration

FOLDER = PurePath("/broker")
TEXT = configuration(FOLDER, FOLDER / "data", PurePath("/usr/lib/plugin.so"), Ports())
LIMITS = ("max_packet_size", "max_inflight_messages", "max_queued_messages", "set_tcp_nodelay")


def options(text: str) -> dict[str, str]:
    return dict(line.split(maxsplit=1) for line in text.splitlines() if line[:1].islower())


def test_its_limits_are_those_of_the_embedded_broker() -> None:
    embedded = options(mosquitto_configuration(1883))
    assert {name: options(TEXT)[name] for name in LIMITS} == {
        name: embedded[name] for name in LIMITS
    }


def test_every_port_is_tls_and_nobody_is_anonymous() -> None:
    listeners = TEXT.split("\nlistener ")[1:]
    assert [part.splitlines()[0] for part in listeners] == ["8883", "8884", "8885"]
    assert all("keyfile /broker/broker.key" in part for part in listeners)
    assert sum("require_certificate true" in part for part in listeners) == 2
    assert options(TEXT)["allow_anonymous"] == "false"


def test_passwords_stand_hashed_and_the_same_accounts_make_the_same_file() -> None:
    accounts = [Account(Identity("devices", "d", 1), "secret"), Account(Identity("agents", "a", 1))]
    text = security("campus", accounts)
    assert text == security("campus", accounts)
    assert "secret" not in text
    document = json.loads(text)
    assert not any(
        document["defaultACLAccess"][word] for word in ("subscribe", "publishClientSend")
    )
    assert [client["username"] for client in document["clients"]] == ["devices/d/1", "agents/a/1"]
    assert "password" not in document["clients"][1]
