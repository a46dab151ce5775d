"""Rights: nobody's topics are another's."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from paho.mqtt.client import topic_matches_sub

from gridwarden.devices.identity import SERVICES, BadNameError, Identity, check_name
from gridwarden.devices.rights import Rights, rights_of

NAMES = st.from_regex(r"[A-Za-z0-9._-]{1,48}", fullmatch=True)


def covers(filters: tuple[str, ...], topic: str) -> bool:
    return any(topic_matches_sub(one, topic.replace("+", "x")) for one in filters)


@settings(max_examples=20)
@given(NAMES, NAMES)
def test_two_agents_share_no_topic(one: str, other: str) -> None:
    """Not even one whose name is the beginning of the other's."""
    if one == other:
        return
    first, second = (rights_of("campus", "agents", name) for name in (one, other))
    for kind in ("publish", "hear"):
        assert not any(covers(getattr(first, kind), topic) for topic in [*second[0], *second[1]])


@given(NAMES)
def test_a_device_may_publish_and_hear_nothing(name: str) -> None:
    device, agent = rights_of("campus", "devices", name), rights_of("campus", "agents", name)
    assert device.hear == ()
    assert not any(covers(device.publish, topic) for topic in [*agent.publish, *agent.hear])


def test_each_agent_is_heard_by_ingest_or_hub_and_hears_only_them() -> None:
    agent = rights_of("campus", "agents", "north")
    ingest, hub = (rights_of("campus", "services", name) for name in ("ingest", "hub"))
    assert all(covers((*ingest.hear, *hub.hear), topic) for topic in agent.publish)
    assert all(covers((*ingest.publish, *hub.publish), topic) for topic in agent.hear)


def test_another_site_is_out_of_reach() -> None:
    own = rights_of("campus", "agents", "north")
    assert not any(
        covers((*own.publish, *own.hear), topic)
        for topic in rights_of("town", "agents", "north").publish
    )


def test_who_is_unknown_may_do_nothing() -> None:
    assert rights_of("campus", "services", "stranger") == Rights((), ())
    assert rights_of("campus", "brokers", "broker") == Rights((), ())
    assert all(rights_of("campus", "services", name).publish for name in SERVICES)


@pytest.mark.parametrize("name", ["", "a/b", "a+", "#", "a b", "n" * 49, "北"])
def test_names_that_would_reach_beyond_their_topic_are_refused(name: str) -> None:
    with pytest.raises(BadNameError, match="write 1 to 48"):
        check_name(name)


def test_the_longest_name_fits_into_a_certificate() -> None:
    longest = "n" * 48
    check_name(longest)
    assert len(Identity("services", longest, 999_999).user) <= 64
