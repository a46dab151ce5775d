"""Lean: an MQTT client of our own, which takes several times as many messages as paho.

One thread owns the socket. Others leave it bytes to send; what one read brought goes on at once.
"""

from __future__ import annotations

import logging
import select
import socket
import ssl
import threading
import time
from collections import deque
from collections.abc import Sequence

from edge.tls import TlsError, why_refused
from ingest import packets
from ingest.bell import Bell
from ingest.broker import KEEPALIVE_S, RECONNECT_S, SESSION_EXPIRY_S, Address, Receiver
from ingest.packets import Control, Cutter, PacketError

_READ_BYTES = 1 << 18
_CONNECT_TIMEOUT_S = 5.0
_SILENCE_S = 1.5 * KEEPALIVE_S  # 3.1.2.10 gives a client this long; we give it to the broker too
_SUBSCRIBE_MID = 1
_FAILURE = 0x80  # 2.4: reason codes from here on are failures
_LEAVE_TIMEOUT_S = 2.0

log = logging.getLogger(__name__)


class _Line:
    """One connection and what is still to be sent over it."""

    def __init__(self, sock: socket.socket, session: int) -> None:
        self.sock = sock
        self.session = session
        self.outgoing: deque[bytes] = deque()
        self.heard = self.asked = time.monotonic()


class LeanClient:
    """Keeps a session at the broker; see `ingest.broker.BrokerClient`."""

    def __init__(self, address: Address, filters: Sequence[str], receiver: Receiver) -> None:
        self._address = address
        self._filters = filters
        self._receiver = receiver
        self._closing = threading.Event()
        self._thread = threading.Thread(target=self._run, name="broker", daemon=True)
        self._line: _Line | None = None
        self._sessions = 0
        self._bell = Bell()

    def open(self) -> None:
        """Start connecting, and keep connecting for as long as it is open."""
        self._thread.start()

    def close(self) -> None:
        """Send what waits to be sent and leave; the session stays at the broker."""
        self._closing.set()
        self._bell.ring()
        if self._thread.ident is not None:
            self._thread.join()
        self._bell.close()

    def acknowledge(self, session: int, mids: Sequence[int]) -> None:
        """Let the broker forget these messages of one connection, in this order."""
        line = self._line
        if line is not None and line.session == session:
            line.outgoing.append(packets.acknowledgements(mids))
            self._bell.ring()

    def publish(self, topic: str, payload: bytes) -> None:
        """Publish at most once."""
        line = self._line
        if line is not None:
            line.outgoing.append(packets.publish(topic, payload))
            self._bell.ring()

    def _run(self) -> None:
        pause, longest = RECONNECT_S
        while not self._closing.is_set():
            before = self._sessions
            try:
                with self._connect() as sock:
                    self._converse(_Line(sock, self._sessions + 1))
            except (OSError, PacketError, TlsError) as error:
                log.warning("ingest.broker_disconnected", extra={"reason": str(error)})
                if self._sessions == before and self._address.tls:
                    self._tell_refusal()
            finally:
                self._line = None
            pause = RECONNECT_S[0] if self._sessions > before else min(2 * pause, longest)
            self._closing.wait(pause)

    def _tell_refusal(self) -> None:
        """The connection broke before the broker answered: for TLS there is a reason."""
        address = self._address
        reason = why_refused(address.host, address.port, address.trust)
        if reason is not None:
            self._receiver.refused(reason)

    def _connect(self) -> socket.socket:
        address = self._address
        sock = socket.create_connection((address.host, address.port), _CONNECT_TIMEOUT_S)
        sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        if address.tls:
            sock = address.trust.context().wrap_socket(sock, server_hostname=address.host)
        hello = packets.connect(
            address.client_id,
            keepalive_s=KEEPALIVE_S,
            session_expiry_s=SESSION_EXPIRY_S,
            receive_maximum=address.in_flight,
            username=address.username,
            password=address.password,
        )
        try:
            sock.sendall(hello)
        except OSError:
            sock.close()
            raise
        sock.setblocking(False)
        return sock

    def _converse(self, line: _Line) -> None:
        cutter = Cutter()
        while not self._closing.is_set():
            self._send(line)
            data = self._read(line)
            self._keep_alive(line)
            if not data:
                continue
            messages, others = cutter.cut(data)
            for control in others:
                self._heed(line, control)
            if messages:
                self._receiver.receive(messages, line.session)
        self._leave(line)

    def _read(self, line: _Line) -> bytes:
        """What has arrived; nothing if something else woke us."""
        data = _receive(line.sock)  # TLS may hold what select does not know of
        if data is None:
            writing = [line.sock] if line.outgoing else []
            ready, _, _ = select.select([line.sock, self._bell], writing, [], KEEPALIVE_S / 3)
            if self._bell in ready:
                self._bell.hush()
            data = _receive(line.sock) if line.sock in ready else None
        if data == b"":
            raise ConnectionResetError("the broker closed the connection")
        if data is None:
            return b""
        line.heard = time.monotonic()
        return data

    def _send(self, line: _Line) -> None:
        while line.outgoing:
            data = b"".join(line.outgoing.popleft() for _ in range(len(line.outgoing)))
            try:
                sent = line.sock.send(data)
            except (BlockingIOError, ssl.SSLWantWriteError, ssl.SSLWantReadError):
                sent = 0
            if sent < len(data):
                line.outgoing.appendleft(data[sent:])
                return

    def _keep_alive(self, line: _Line) -> None:
        now = time.monotonic()
        if now - line.heard > _SILENCE_S:
            raise TimeoutError(f"the broker has said nothing for {_SILENCE_S:.0f} s")
        if now - line.asked > KEEPALIVE_S / 2:
            line.asked = now
            line.outgoing.append(packets.PING)

    def _heed(self, line: _Line, control: Control) -> None:
        if control.kind not in (packets.CONNACK, packets.SUBACK, packets.DISCONNECT):
            return
        codes = packets.reasons(control.kind, control.body)
        failures = [f"reason code {code:#04x}" for code in codes if code >= _FAILURE]
        if control.kind == packets.DISCONNECT:
            raise ConnectionResetError(f"the broker ended the connection: {failures}")
        if failures and control.kind == packets.CONNACK:
            self._receiver.refused(
                f"the broker refused the connection: {failures[0]}; check [broker]"
            )
            raise ConnectionRefusedError(failures[0])
        if failures:
            self._receiver.refused(
                f"the broker refused our subscriptions ({failures[0]}); check its ACL"
            )
        elif control.kind == packets.SUBACK:
            self._receiver.subscribed()
        else:
            self._sessions = line.session
            self._line = line
            log.info("ingest.broker_connected", extra={"session": line.session})
            line.outgoing.append(packets.subscribe(_SUBSCRIBE_MID, self._filters))

    def _leave(self, line: _Line) -> None:
        line.sock.settimeout(_LEAVE_TIMEOUT_S)
        line.sock.sendall(b"".join(line.outgoing) + packets.LEAVE)


def _receive(sock: socket.socket) -> bytes | None:
    try:
        return sock.recv(_READ_BYTES)
    except (BlockingIOError, ssl.SSLWantReadError, ssl.SSLWantWriteError):
        return None
