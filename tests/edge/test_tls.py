"""TLS: a broker that does not trust us, or that we do not trust, says why and what to do."""

from __future__ import annotations

import socket
import ssl
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from edge.link import Address, Link
from edge.tls import Tls, TlsError, why_refused
from gridwarden.devices.authority import (
    Pair,
    Revoked,
    issue_client,
    issue_server,
    make_authority,
    read_certificate,
    revocation_list,
)

HOST = "127.0.0.1"
NOW = datetime.now(UTC)
OURS = make_authority("campus", NOW)
OTHER = make_authority("elsewhere", NOW)
BROKER = issue_server(OURS, "brokers/broker/1", [HOST], NOW)


def written(folder: Path, name: str, pair: Pair) -> tuple[Path, Path]:
    certificate, key = folder / f"{name}.crt", folder / f"{name}.key"
    certificate.write_bytes(pair.certificate)
    key.write_bytes(pair.key)
    return certificate, key


def login(folder: Path, pair: Pair | None = None, authority: Pair = OURS) -> Tls:
    ca, _ = written(folder, "ca", authority)
    return Tls(ca) if pair is None else Tls(ca, *written(folder, "client", pair))


@contextmanager
def serving(folder: Path, pair: Pair = BROKER, revoked: tuple[Pair, ...] = ()) -> Iterator[int]:
    """A TLS server that wants certificates of our authority; its port."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(*written(folder, "broker", pair))
    serials = [read_certificate(one.certificate).serial for one in revoked]
    listed = revocation_list(OURS, [Revoked(serial, NOW) for serial in serials], NOW)
    context.load_verify_locations(cadata=OURS.certificate.decode())
    (folder / "revoked.crl").write_bytes(listed)
    context.load_verify_locations(cafile=folder / "revoked.crl")
    context.verify_mode = ssl.CERT_REQUIRED
    context.verify_flags |= ssl.VERIFY_CRL_CHECK_LEAF
    with socket.create_server((HOST, 0)) as listener:

        def answer() -> None:
            while True:
                try:
                    plain, _ = listener.accept()
                except OSError:
                    return
                with plain:
                    try:
                        with context.wrap_socket(plain, server_side=True) as secured:
                            secured.recv(1000)
                    except OSError:
                        continue

        thread = threading.Thread(target=answer)
        thread.start()
        yield int(listener.getsockname()[1])
        listener.shutdown(socket.SHUT_RDWR)
    thread.join(5)


LONG_AGO = NOW - timedelta(days=400)
STALE = make_authority("campus", LONG_AGO, key=OURS.key)
CLIENT = issue_client(OURS, "agents/north/1", NOW)


@pytest.mark.parametrize(
    ("broker", "told"),
    [
        (issue_server(OURS, "b", ["broker.example"], NOW), "correct broker.url"),
        (issue_server(OTHER, "b", [HOST], NOW), "set broker.ca_file"),
        (issue_server(STALE, "b", [HOST], LONG_AGO, 300), "make a new one"),
        (issue_server(OURS, "b", [HOST], NOW + timedelta(days=1)), "set this machine's clock"),
    ],
    ids=["another host", "unknown authority", "over", "not yet"],
)
def test_a_broker_that_cannot_be_trusted(tmp_path: Path, broker: Pair, told: str) -> None:
    with serving(tmp_path, broker) as port:
        assert told in (why_refused(HOST, port, login(tmp_path, CLIENT)) or "")


@pytest.mark.parametrize(
    ("client", "told"),
    [
        (None, "set broker.certificate"),
        (issue_client(OTHER, "agents/north/1", NOW), "does not know who signed"),
        (issue_client(STALE, "agents/north/1", LONG_AGO, 300), "our certificate is over"),
        (CLIENT, "our certificate was revoked"),
    ],
    ids=["none", "unknown authority", "over", "revoked"],
)
def test_a_certificate_that_the_broker_does_not_take(
    tmp_path: Path, client: Pair | None, told: str
) -> None:
    with serving(tmp_path, revoked=(CLIENT,)) as port:
        assert told in (why_refused(HOST, port, login(tmp_path, client)) or "")


def test_what_is_right_is_not_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("edge.tls._WAIT_S", 0.2)
    with serving(tmp_path) as port:
        assert why_refused(HOST, port, login(tmp_path, CLIENT)) is None
    assert why_refused(HOST, port, login(tmp_path, CLIENT)) is None  # nobody is there at all


def test_an_agents_link_knows_why_it_is_refused(tmp_path: Path, until: Callable[..., bool]) -> None:
    with serving(tmp_path, revoked=(CLIENT,)) as port:
        address = Address.parse(f"mqtts://{HOST}:{port}", trust=login(tmp_path, CLIENT))
        link = Link(address, client_id="north", ack_topic="ack")
        link.start()
        try:
            until(lambda: link.refusal)
        finally:
            link.close()
    assert "revoked" in (link.refusal or "")


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({"key": None}, "broker.certificate and broker.key"),
        ({"ca": Path("nowhere.crt")}, "broker.ca_file nowhere.crt: No such file"),
        ({"certificate": Path("nowhere.crt")}, "broker.certificate nowhere.crt"),
    ],
)
def test_files_that_cannot_be_used(
    tmp_path: Path, change: dict[str, Path | None], told: str
) -> None:
    with pytest.raises(TlsError, match=told):
        login(tmp_path, CLIENT)._replace(**change).context()  # type: ignore[arg-type]


def test_a_key_of_another_certificate_is_told(tmp_path: Path) -> None:
    _, key = written(tmp_path, "other", issue_client(OURS, "agents/south/1", NOW))
    with pytest.raises(TlsError, match="take both from one enrolment"):
        login(tmp_path, CLIENT)._replace(key=key).context()
