"""Rights: which topics somebody may publish on and hear. Pure; `edge.wire` has the topics.

An agent has its own branch and nothing else: batches, records, state, replies and frames out;
acknowledgements, commands and looks in. A simple device may only publish, its own quantities.
"""

from __future__ import annotations

from typing import NamedTuple, assert_never

from edge.command import ALL_REPLIES, command_topic, reply_topic
from edge.look import frame_topic, look_topic
from edge.wire import (
    ALL_AGENT_STATES,
    ALL_BATCHES,
    ALL_REJECTED,
    ALL_SIMPLE_DEVICES,
    ack_topic,
    batch_topic,
    device_topic,
    rejected_topic,
    state_topic,
)
from gridwarden.devices.identity import Kind, Service

CONTROL = "$CONTROL/dynamic-security/#"


class Rights(NamedTuple):
    """Topic filters; what none of them covers is refused."""

    publish: tuple[str, ...]
    hear: tuple[str, ...]


def rights_of(site: str, kind: Kind, name: str) -> Rights:
    """The rights of a role at a site's broker."""
    match kind:
        case "agents":
            return _agent(site, name)
        case "devices":
            return Rights((device_topic(site, name, "+"),), ())
        case "services":
            return _service(site, name)
        case "brokers":
            return Rights((), ())
        case _:
            assert_never(kind)


def _agent(site: str, agent: str) -> Rights:
    return Rights(
        publish=(
            *_batches(site, agent),
            rejected_topic(site, agent),
            state_topic(site, agent),
            reply_topic(site, agent),
            frame_topic(site, agent, "+"),
        ),
        hear=(ack_topic(site, agent), command_topic(site, agent), look_topic(site, agent)),
    )


def _service(site: str, name: str) -> Rights:
    services: dict[Service, Rights] = {
        # Ingest asks for the topics of all sites; only this one's are published here.
        "ingest": Rights(
            publish=(ack_topic(site, "+"), command_topic(site, "+")),
            hear=(ALL_BATCHES, ALL_REJECTED, ALL_SIMPLE_DEVICES, ALL_AGENT_STATES, ALL_REPLIES),
        ),
        "hub": Rights(publish=(look_topic(site, "+"),), hear=(frame_topic(site, "+", "+"),)),
        "courier": Rights(
            publish=(*_batches(site, "+"), rejected_topic(site, "+")), hear=(ack_topic(site, "+"),)
        ),
        # The operator says of an agent whose rights it took away that it is off line.
        "operator": Rights(publish=(CONTROL, state_topic(site, "+")), hear=(CONTROL,)),
    }
    return next((rights for known, rights in services.items() if known == name), Rights((), ()))


def _batches(site: str, agent: str) -> tuple[str, ...]:
    return batch_topic(site, agent, "urgent"), batch_topic(site, agent, "bulk")
