from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from edge.command import (
    Command,
    Configure,
    Reply,
    ReportNow,
    Snapshot,
    TryLink,
    UnknownCommand,
    decode_command,
    decode_reply,
    encode_command,
    encode_reply,
)
from edge.wire import WireError


@pytest.mark.parametrize(
    "order", [Configure("agent = 'a'"), Snapshot("camera-1"), ReportNow(), TryLink()], ids=repr
)
def test_commands_come_back_as_they_were(order: Configure | Snapshot | ReportNow | TryLink) -> None:
    command = Command("c-1", 5, order)
    assert decode_command(encode_command(command)) == command


def test_a_command_is_readable_json() -> None:
    text = b'{"id":"c-1","valid_until":5,"order":{"do":"snapshot","device":"camera-1"}}'
    assert encode_command(Command("c-1", 5, Snapshot("camera-1"))) == text


@pytest.mark.parametrize(
    "order",
    [b'{"do":"reboot"}', b'{"do":"snapshot"}', b'{"do":"snapshot","device":"a b"}', b"7"],
)
def test_an_order_that_is_unknown_or_wrong_keeps_its_id(order: bytes) -> None:
    found = decode_command(b'{"id":"c-1","valid_until":5,"order":' + order + b"}")
    assert isinstance(found, UnknownCommand)
    assert found.id == "c-1"
    assert found.reason


@given(st.binary(max_size=80))
def test_anything_else_is_refused_and_nothing_else_is_raised(payload: bytes) -> None:
    for decode in (decode_command, decode_reply):
        with pytest.raises(WireError):
            decode(payload)


def test_replies_come_back_as_they_were() -> None:
    reply = Reply("c-1", "north", 5, "failed", "no picture", {"time": 7})
    assert decode_reply(encode_reply(reply)) == reply
