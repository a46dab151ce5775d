"""Configurations of the brokers that we can run ourselves. Pure text; nothing is started here.

Both listen on loopback only, keep everything in memory, and let messages of
`MAX_MESSAGE_BYTES` pass. What a killed broker loses (messages under way, retained states,
sessions) the agents send again, because they drop a batch only when the store has committed it.
See docs/decisions/0001-embedded-broker.md for what was measured.
"""

from __future__ import annotations

import os
from typing import Literal

from edge.wire import ALL_BATCHES, ALL_SIMPLE_DEVICES, MAX_MESSAGE_BYTES, ack_topic

BrokerKind = Literal["mosquitto", "iotcore"]

LOOPBACK = "127.0.0.1"
_TOPIC_ROOM_BYTES = 1 << 17  # topic (at most 64 KiB), properties and header beside the payload
_IN_FLIGHT = 10_000  # per client, unacknowledged; the size of ingest's queue
_QUEUED_BYTES = 128 << 20  # waiting for one slow subscriber; ours

# rumqttd: filter, bytes of a segment, segments. Ours; acknowledgements are per agent, so small.
_DEFAULT_SEGMENTS = (1 << 20, 8)
_SEGMENTS = (
    (ALL_BATCHES, 8 << 20, _QUEUED_BYTES // (8 << 20)),
    (ALL_SIMPLE_DEVICES, 2 << 20, 8),
    (ack_topic("+", "+"), 256 << 10, 4),
)


def mosquitto_configuration(port: int) -> str:
    """Configuration of Mosquitto 2: one port that speaks MQTT 3.1.1 and 5.

    A subscriber more than 128 MiB behind loses the newest messages.
    """
    lines = [
        f"listener {port} {LOOPBACK}",
        "allow_anonymous true",
        "persistence false",
        *limits(),
        "log_dest stderr",
        "log_type error",
        "log_type warning",
        "connection_messages false",
    ]
    if os.geteuid() == 0:  # changing its user would cut the tether to us
        lines.append("user root")
    return "\n".join(lines) + "\n"


def limits(queued_bytes: int = _QUEUED_BYTES) -> list[str]:
    """What of Mosquitto's configuration bounds messages and queues.

    The largest message is 16 MiB and 128 KiB for its topic and header; below that the sender would
    be cut off, and would send it again for ever.
    """
    return [
        f"max_packet_size {MAX_MESSAGE_BYTES + _TOPIC_ROOM_BYTES}",
        f"max_inflight_messages {_IN_FLIGHT}",
        "max_queued_messages 0",
        f"max_queued_bytes {queued_bytes}",
        "set_tcp_nodelay true",
    ]


def iotcore_configuration(port: int, port_v3: int) -> str:
    """Configuration (TOML) of rumqttd: MQTT 5 on `port`, MQTT 3.1.1 on `port_v3`.

    rumqttd keeps the last messages of each subscribed filter in segments, read or not: this
    bounds its memory, and a subscriber that falls behind by more than all segments of its filter
    (128 MiB of batches, 16 MiB of simple devices, 1 MiB of acknowledgements, 8 MiB of anything
    else) silently loses the oldest.
    """
    segment_bytes, segments = _DEFAULT_SEGMENTS
    parts = [
        f"""id = 0

[router]
id = 0
max_connections = 10000
max_outgoing_packet_count = 200
max_segment_size = {segment_bytes}
max_segment_count = {segments}
"""
    ]
    parts += [
        f"""
[router.custom_segment."{topics}"]
max_segment_size = {segment_bytes}
max_segment_count = {segments}
"""
        for topics, segment_bytes, segments in _SEGMENTS
    ]
    parts += [_iotcore_listener("v5", port), _iotcore_listener("v4", port_v3)]
    return "".join(parts)


def _iotcore_listener(protocol: str, port: int) -> str:
    return f"""
[{protocol}.loopback]
name = "{protocol}"
listen = "{LOOPBACK}:{port}"
next_connection_delay_ms = 1

[{protocol}.loopback.connections]
connection_timeout_ms = 60000
max_payload_size = {MAX_MESSAGE_BYTES + _TOPIC_ROOM_BYTES}
max_inflight_count = {_IN_FLIGHT}
dynamic_filters = true
"""
