"""Control: after its commands a broker holds what is wanted, whatever it held before."""

from __future__ import annotations

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from gridwarden.devices.control import Command, Held, commands, gone
from gridwarden.devices.identity import Identity
from gridwarden.devices.mosquitto import Account, acls_of

IDENTITIES = st.builds(
    Identity,
    st.sampled_from(["agents", "devices", "services"]),
    st.sampled_from(["north", "south", "ingest"]),
    st.integers(1, 3),
)
ACCOUNTS = st.lists(IDENTITIES, unique=True, max_size=8).map(
    lambda made: [Account(one, "p" if one.kind == "devices" else None) for one in made]
)


def obey(held: Held, told: list[Command]) -> Held:
    """What a broker holds after these commands; refuses what Mosquitto refuses."""
    users, roles = set(held.users), dict(held.roles)
    for command in told:
        role: Any = command.get("rolename")
        match command["command"]:
            case "deleteClient":
                users.remove(command["username"])
            case "deleteRole":
                del roles[role]
            case "createRole":
                assert role not in roles
                roles[role] = frozenset((a["acltype"], a["topic"]) for a in command["acls"])
            case "modifyRole":
                assert role in roles
                roles[role] = frozenset((a["acltype"], a["topic"]) for a in command["acls"])
            case _:
                assert command["roles"][0]["rolename"] in roles
                assert command["username"] not in users
                users.add(command["username"])
    return Held(frozenset(users), roles)


def holding(accounts: list[Account]) -> Held:
    return obey(Held(frozenset(), {}), commands("campus", accounts, Held(frozenset(), {})))


@given(ACCOUNTS, ACCOUNTS)
def test_a_broker_comes_to_hold_what_is_wanted(
    before: list[Account], wanted: list[Account]
) -> None:
    now = obey(holding(before), commands("campus", wanted, holding(before)))
    assert now == holding(wanted)
    assert now.users == {account.identity.user for account in wanted}
    assert commands("campus", wanted, now) == []


def test_rights_of_an_older_version_are_put_right() -> None:
    north = Account(Identity("agents", "north", 1))
    old = Held(frozenset(["agents/north/1"]), {"agents/north": frozenset([("subscribe", "#")])})
    now = obey(old, commands("campus", [north], old))
    assert now.roles["agents/north"] == acls_of("campus", north.identity)


def test_only_who_lost_all_enrolments_is_said_to_be_off_line() -> None:
    first, second = (Account(Identity("agents", "north", number)) for number in (1, 2))
    assert gone([second], holding([first])) == []
    assert gone([], holding([first, Account(Identity("devices", "d", 1))])) == ["north"]
