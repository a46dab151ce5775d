"""A small reader of server-sent events, as a browser would read them."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import httpx

from tests.hub.make import RunningHub, client_of


@dataclass
class Sent:
    """One event; `data` is decoded."""

    event: str
    data: Any
    id: str | None


def events(response: httpx.Response) -> Iterator[Sent]:
    """Events until the server ends the stream."""
    fields: dict[str, str] = {}
    for line in response.iter_lines():
        if line:
            field, _, value = line.partition(": ")
            fields[field] = value
        elif "data" in fields:
            yield Sent(fields.get("event", ""), json.loads(fields["data"]), fields.get("id"))
            fields = {}


@contextmanager
def streaming(
    hub: RunningHub, after: int | None = None, last_event_id: str | None = None
) -> Iterator[Iterator[Sent]]:
    """An open stream; it is closed at the end of the block."""
    headers = {} if last_event_id is None else {"Last-Event-ID": last_event_id}
    params = {} if after is None else {"after": after}
    with (
        client_of(hub.database_url, hub.url) as client,
        client.stream("GET", "/api/stream", headers=headers, params=params) as response,
    ):
        assert response.status_code == 200
        assert response.headers["content-type"].startswith("text/event-stream")
        yield events(response)


def next_of(stream: Iterator[Sent], event: str) -> Sent:
    """The next event of that name."""
    return next(sent for sent in stream if sent.event == event)
