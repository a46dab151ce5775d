"""Control: makes a running Mosquitto hold what the register says, without a restart.

One comparison serves all: what the broker has and the register has not is taken away, and who used
it is thrown out; what it lacks is added. Speaks the dynamic-security plugin's JSON over MQTT.
"""

from __future__ import annotations

import json
import queue
from collections.abc import Mapping, Sequence
from contextlib import suppress
from typing import Any, NamedTuple, cast
from urllib.parse import urlsplit

from paho.mqtt.client import Client, ConnectFlags, MQTTMessage, MQTTv5
from paho.mqtt.enums import CallbackAPIVersion
from paho.mqtt.properties import Properties
from paho.mqtt.reasoncodes import ReasonCode

from edge.tls import Tls, explain
from edge.wire import AgentState, encode_agent_state, state_topic
from gridwarden.devices.identity import Identity
from gridwarden.devices.mosquitto import Account, Acl, acl_documents, acls_of
from gridwarden.errors import GridwardenError

TOPIC = "$CONTROL/dynamic-security/v1"
_ANSWERS = f"{TOPIC}/response"
_PATIENCE_S = 10.0  # ours

Command = dict[str, Any]


class Held(NamedTuple):
    """What a broker holds: who may come in, and the rights of each role."""

    users: frozenset[str]
    roles: Mapping[str, frozenset[Acl]]


class Change(NamedTuple):
    """What was done at the broker."""

    added: tuple[str, ...]
    removed: tuple[str, ...]


def commands(site: str, wanted: Sequence[Account], held: Held) -> list[Command]:
    """What to tell a broker that holds this, so that it holds what is wanted. Pure.

    First everything that takes away, so that a broken connection leaves too little.
    """
    accounts = {account.identity.user: account for account in wanted}
    roles = {account.identity.role: acls_of(site, account.identity) for account in wanted}
    told: list[Command] = [
        {"command": "deleteClient", "username": user} for user in sorted(held.users - set(accounts))
    ]
    told += [
        {"command": "deleteRole", "rolename": role} for role in sorted(set(held.roles) - set(roles))
    ]
    for role, acls in sorted(roles.items()):
        if held.roles.get(role) != acls:
            word = "modifyRole" if role in held.roles else "createRole"
            told.append({"command": word, "rolename": role, "acls": acl_documents(acls)})
    for user in sorted(set(accounts) - held.users):
        told.append(_create(accounts[user]))
    return told


def gone(wanted: Sequence[Account], held: Held) -> list[str]:
    """Agents that lose all rights. The broker throws them out without their last will. Pure."""
    roles = {account.identity.role for account in wanted}
    parted = [role.partition("/") for role in sorted(set(held.roles) - roles)]
    return [name for kind, _, name in parted if kind == "agents"]


def _create(account: Account) -> Command:
    identity: Identity = account.identity
    command: Command = {
        "command": "createClient",
        "username": identity.user,
        "roles": [{"rolename": identity.role}],
    }
    return command if account.password is None else command | {"password": account.password}


class Control:
    """A session of the operator at the broker."""

    def __init__(self, url: str, tls: Tls) -> None:
        """Connect.

        Raises:
            GridwardenError: the broker is not there, or does not let us in.
        """
        address = urlsplit(url)
        host, port = address.hostname or "", address.port or 8883
        self._answers: queue.SimpleQueue[Any] = queue.SimpleQueue()
        self._client = Client(
            CallbackAPIVersion.VERSION2, protocol=MQTTv5, reconnect_on_failure=False
        )
        self._client.tls_set_context(tls.context())
        self._client.on_connect = self._connected
        self._client.on_subscribe = self._subscribed
        self._client.on_message = self._heard
        self._client.on_disconnect = self._ended
        try:
            self._client.connect(host, port)
        except OSError as error:
            raise GridwardenError(f"{url}: {explain(error, host)}") from error
        self._client.loop_start()
        self._where = url
        try:
            self._take()
        except BaseException:
            self.close()
            raise

    def close(self) -> None:
        """Leave."""
        self._client.disconnect()
        self._client.loop_stop()

    def held(self) -> Held:
        """What the broker holds now."""
        clients, roles = self.tell(
            [
                {"command": "listClients", "count": -1},
                {"command": "listRoles", "verbose": True, "count": -1},
            ]
        )
        return Held(
            frozenset(clients["clients"]),
            {
                role["rolename"]: frozenset(
                    (acl["acltype"], acl["topic"]) for acl in role["acls"] if acl["allow"]
                )
                for role in roles["roles"]
            },
        )

    def tell(self, told: Sequence[Command]) -> list[dict[str, Any]]:
        """Give commands; the data of each answer.

        Raises:
            GridwardenError: the broker refuses one, or does not answer.
        """
        if not told:
            return []
        self._client.publish(TOPIC, json.dumps({"commands": told}), qos=1)
        answers = cast("list[dict[str, Any]]", self._take()["responses"])
        refused = [answer for answer in answers if "error" in answer]
        if refused or len(answers) != len(told):
            raise GridwardenError(f"the broker at {self._where} refuses: {refused or answers}")
        return [answer.get("data", {}) for answer in answers]

    def retain(self, topic: str, payload: bytes) -> None:
        """Publish for everybody who ever asks."""
        self._client.publish(topic, payload, qos=1, retain=True).wait_for_publish(_PATIENCE_S)

    def _take(self) -> Any:
        found: Any = None
        with suppress(queue.Empty):
            found = self._answers.get(timeout=_PATIENCE_S)
        if found is None:
            raise GridwardenError(
                f"the broker at {self._where} does not answer the operator: it must run with the "
                "files of `gridwarden broker files`"
            )
        return found

    def _connected(
        self, client: Client, _: Any, _f: ConnectFlags, reason: ReasonCode, _p: Properties | None
    ) -> None:
        if reason.is_failure:
            self._answers.put(None)
        else:
            client.subscribe(_ANSWERS, 1)

    def _subscribed(
        self, _c: Client, _: Any, _mid: int, reasons: list[ReasonCode], _p: Properties | None
    ) -> None:
        self._answers.put(None if any(reason.is_failure for reason in reasons) else "ready")

    def _ended(self, *_: object) -> None:
        self._answers.put(None)

    def _heard(self, _client: Client, _: Any, message: MQTTMessage) -> None:
        self._answers.put(json.loads(message.payload))


def synchronise(url: str, tls: Tls, site: str, wanted: Sequence[Account]) -> Change:
    """Make the broker at `url` hold exactly the `wanted` accounts.

    Raises:
        GridwardenError: it is not there, does not let the operator in, or refuses.
    """
    control = Control(url, tls)
    try:
        held = control.held()
        control.tell(commands(site, wanted, held))
        for agent in gone(wanted, held):
            control.retain(
                state_topic(site, agent), encode_agent_state(AgentState(agent=agent, online=False))
            )
    finally:
        control.close()
    users = frozenset(account.identity.user for account in wanted)
    return Change(tuple(sorted(users - held.users)), tuple(sorted(held.users - users)))
