"""Command: what the hub may ask of an agent over MQTT, and what the agent answers.

Part of the contract of `edge.wire`; readable JSON both ways. A command is carried out once by its
`id`, however often it arrives, and not at all after `valid_until`, by the agent's clock.
"""

from __future__ import annotations

from typing import Annotated, Literal, TypeAlias

import msgspec

from edge.wire import MALFORMED, VERSION, Identifier, Micros, WireError

MAX_FILE_CHARACTERS = 32_768  # ours: an agent's file with a hundred cameras has half of it
MAX_REASON = 1000

ALL_REPLIES = f"gw/{VERSION}/+/agents/+/reply"

Detail: TypeAlias = dict[str, str | int | float | bool | None]


def command_topic(site: str, agent: str) -> str:
    """Where an agent hears what is asked of it."""
    return f"gw/{VERSION}/{site}/agents/{agent}/command"


def reply_topic(site: str, agent: str) -> str:
    """Where an agent answers."""
    return f"gw/{VERSION}/{site}/agents/{agent}/reply"


class Configure(
    msgspec.Struct, frozen=True, forbid_unknown_fields=True, tag_field="do", tag="configure"
):
    """Put this text into force as the agent's file (TOML)."""

    file: Annotated[str, msgspec.Meta(min_length=1, max_length=MAX_FILE_CHARACTERS)]


class Snapshot(
    msgspec.Struct, frozen=True, forbid_unknown_fields=True, tag_field="do", tag="snapshot"
):
    """Send a camera's next picture, as a detection of kind `snapshot`."""

    device: Identifier


class ReportNow(
    msgspec.Struct, frozen=True, forbid_unknown_fields=True, tag_field="do", tag="report_now"
):
    """Report the agent's state at once."""


class TryLink(
    msgspec.Struct, frozen=True, forbid_unknown_fields=True, tag_field="do", tag="link_test"
):
    """Test the link again, and say how it did."""


Order: TypeAlias = Configure | Snapshot | ReportNow | TryLink


class Command(msgspec.Struct, frozen=True):
    """Something to be done once."""

    id: Identifier
    valid_until: Micros
    order: Order


class UnknownCommand(msgspec.Struct, frozen=True):
    """A command with an order that this side does not know, to be refused."""

    id: Identifier
    reason: str


class Reply(msgspec.Struct, frozen=True, omit_defaults=True):
    """What became of a command: done, refused (nothing was changed) or failed; `reason` says why.

    A snapshot's `detail` holds the picture's event time, a configuration's the number of the file
    that it replaced.
    """

    id: Identifier
    agent: Identifier
    time: Micros
    state: Literal["done", "refused", "failed"]
    reason: Annotated[str, msgspec.Meta(max_length=MAX_REASON)] = ""
    detail: Detail = {}


class _Numbered(msgspec.Struct, frozen=True):
    id: Identifier


_command_decoder = msgspec.json.Decoder(Command)
_numbered_decoder = msgspec.json.Decoder(_Numbered)
_reply_decoder = msgspec.json.Decoder(Reply)


def encode_command(command: Command) -> bytes:
    """JSON of a command."""
    return msgspec.json.encode(command)


def decode_command(payload: bytes) -> Command | UnknownCommand:
    """Decode a command; one that is wrong but for its `id` is unknown, so that it can be refused.

    Raises:
        WireError: not even an `id` can be read.
    """
    try:
        return _command_decoder.decode(payload)
    except MALFORMED as error:
        try:
            numbered = _numbered_decoder.decode(payload)
        except MALFORMED:
            raise WireError(f"not a command: {error}") from error
        return UnknownCommand(numbered.id, str(error)[:MAX_REASON])


def encode_reply(reply: Reply) -> bytes:
    """JSON of a reply."""
    return msgspec.json.encode(reply)


def decode_reply(payload: bytes) -> Reply:
    """Decode a reply.

    Raises:
        WireError: not JSON or not of this form.
    """
    try:
        return _reply_decoder.decode(payload)
    except MALFORMED as error:
        raise WireError(f"not a reply: {error}") from error
