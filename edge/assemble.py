"""Assemble: the outbox and the link of one agent, as the agent's loop and the replay need them."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path

from edge.command import command_topic
from edge.link import Address, Link, Will
from edge.look import look_topic
from edge.outbox import RESERVE_BYTES, Outbox
from edge.settings import EdgeSettings
from edge.spool import MEMORY, Spool, SpoolRefusedError
from edge.tls import SYSTEM, Tls
from edge.wire import AgentState, Micros, Origin, ack_topic, encode_agent_state, state_topic


def clock_micros() -> Micros:
    """The machine's clock, microseconds UTC."""
    return time.time_ns() // 1000


def open_outbox(
    spool_dir: Path,
    agent: str,
    settings: EdgeSettings,
    clock: Callable[[], Micros] = clock_micros,
    origin: Origin = "live",
) -> Outbox:
    """The outbox of one agent, with its spool in `spool_dir`.

    Raises:
        SpoolError: the spool is in use, or its disk is full, read-only or failing.
    """

    def spool(path: Path | str, max_bytes: int) -> Spool:
        return Spool(
            path,
            agent=agent,
            max_bytes=max_bytes,
            max_age_s=settings.spool_max_days * 86_400,
            clock=clock,
            origin=origin,
        )

    try:
        spool_dir.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise SpoolRefusedError(f"{spool_dir}: {error.strerror}; name another folder") from error
    disk = spool(spool_dir / f"{agent}.spool", settings.spool_max_mb << 20)
    return Outbox(disk, spool(MEMORY, RESERVE_BYTES))


def open_link(
    broker_url: str,
    username: str | None,
    password: str | None,
    *,
    site: str,
    agent: str,
    queue: int,
    client_id: str | None = None,
    announced: bool = True,
    tls: Tls = SYSTEM,
) -> Link:
    """The link of one agent; `announced` gives it commands, and a last will that marks it as lost.

    Raises:
        ValueError: the broker's address is none, or a file for TLS can't be used.
    """
    lost = encode_agent_state(AgentState(agent=agent, online=False))
    return Link(
        Address.parse(broker_url, username, password, tls),
        client_id=client_id or f"{site}-{agent}",
        ack_topic=ack_topic(site, agent),
        command_topic=command_topic(site, agent) if announced else None,
        look_topic=look_topic(site, agent) if announced else None,
        will=Will(state_topic(site, agent), lost) if announced else None,
        queue=queue,
    )
