"""Identity: who somebody is at the broker. The part of its topics is its name, and counted.

`agents/north/2` is the second enrolment of the agent `north`. What an enrolment was given (a key, a
password) dies with it: its successor has another user name, so a broker that has not heard of a
revocation by certificate still knows who is who.
"""

from __future__ import annotations

from typing import Literal, NamedTuple

from edge.wire import is_identifier

Kind = Literal["agents", "devices", "services", "brokers"]
Service = Literal["ingest", "hub", "courier", "operator"]

SERVICES: tuple[Service, ...] = ("ingest", "hub", "courier", "operator")
MAX_NAME = 48  # ours: a common name has 64 characters at most (RFC 5280, ub-common-name)


class BadNameError(ValueError):
    """A name that nobody can be enrolled under; the text says what to write."""


class Identity(NamedTuple):
    """One enrolment of somebody; `number` counts from 1."""

    kind: Kind
    name: str
    number: int

    @property
    def user(self) -> str:
        """The user name at the broker and the common name of the certificate."""
        return f"{self.kind}/{self.name}/{self.number}"

    @property
    def role(self) -> str:
        """Whose rights it has: the same for all enrolments of a name."""
        return f"{self.kind}/{self.name}"


def check_name(name: str) -> None:
    """Refuse what can't be a name on the wire and in a certificate.

    Raises:
        BadNameError: other characters, none, or too many.
    """
    if not is_identifier(name) or len(name) > MAX_NAME:
        raise BadNameError(f"{name!r}: write 1 to {MAX_NAME} letters, digits, '.', '_' or '-'")
