"""Ingest tells why a broker over TLS does not let it in, with either client."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

import pytest

from edge.tls import Tls
from ingest.link import Link, LinkError
from tests.edge.test_tls import CLIENT, HOST, OTHER, login, serving
from tests.waiting import wait_until


def link(port: int, trust: Tls, client: Literal["paho", "lean"] = "paho") -> Link:
    return Link(
        f"mqtts://{HOST}:{port}", name="w", username=None, password=None, in_flight=10,
        receive=lambda *_: None, client=client, trust=trust,
    )  # fmt: skip


# paho leaves the socket of a failed handshake to the garbage collector.
@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
@pytest.mark.parametrize("client", ["paho", "lean"])
def test_it_knows_why_it_is_refused(tmp_path: Path, client: Literal["paho", "lean"]) -> None:
    with serving(tmp_path, revoked=(CLIENT,)) as port:
        ours = link(port, login(tmp_path, CLIENT), client)
        ours.open()
        try:
            wait_until(lambda: ours.refusal)
        finally:
            ours.close()
        assert "revoked" in (ours.refusal or "")
        stranger = link(port, login(tmp_path, CLIENT, OTHER), client)
        stranger.open()
        try:
            wait_until(lambda: stranger.refusal)
        finally:
            stranger.close()
        assert "broker.ca_file" in (stranger.refusal or "")


def test_a_missing_file_is_told_before_anything_is_opened() -> None:
    with pytest.raises(LinkError, match=r"broker\.ca_file"):
        link(1, Tls(Path("nowhere.crt")))
