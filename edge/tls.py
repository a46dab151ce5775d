"""TLS: by what one knows the broker, and by what the broker knows one.

Part of how everybody connects, so ingest and hub use it too. An agent reads the files at each
connection: a renewed certificate needs no restart.
"""

from __future__ import annotations

import socket
import ssl
from pathlib import Path
from typing import NamedTuple

_WAIT_S = 1.5  # ours: how long a broker may take to refuse a certificate after the handshake
_OURS = {
    "CERTIFICATE_REVOKED": "the broker says that our certificate was revoked; enrol anew "
    "(`gridwarden agent enroll NAME --again`)",
    "CERTIFICATE_EXPIRED": "the broker says that our certificate is over; enrol anew "
    "(`gridwarden agent enroll NAME --again`), or set this machine's clock",
    "UNKNOWN_CA": "the broker does not know who signed our certificate; enrol at this site's "
    "authority, or correct broker.url",
    "CERTIFICATE_REQUIRED": "the broker wants a certificate; set broker.certificate and broker.key",
    "HANDSHAKE_FAILURE": "the broker wants a certificate, or another TLS; set broker.certificate "
    "and broker.key",
    "BAD_CERTIFICATE": "the broker does not take our certificate; enrol anew",
    "WRONG_VERSION_NUMBER": "it does not speak TLS there; write mqtt:// or the port for TLS",
}
_EXPIRED, _NOT_YET, _UNKNOWN = (10,), (9,), (2, 18, 19, 20, 21)  # OpenSSL, x509_vfy.h


class TlsError(ValueError):
    """A file for TLS that can't be used; the text names the setting and says what to write."""


class Tls(NamedTuple):
    """PEM files; without `ca` the machine's own list of authorities counts."""

    ca: Path | None = None
    certificate: Path | None = None
    key: Path | None = None

    def context(self) -> ssl.SSLContext:
        """What a connection is made with.

        Raises:
            TlsError: a file is missing, can't be read, or is not what it should be.
        """
        if (self.certificate is None) != (self.key is None):
            raise TlsError("set broker.certificate and broker.key, or neither")
        try:
            context = ssl.create_default_context(cafile=self.ca)
        except OSError as error:
            raise TlsError(f"broker.ca_file {self.ca}: {_problem(error)}") from error
        if self.certificate is None or self.key is None:
            return context
        try:
            context.load_cert_chain(self.certificate, self.key, password=_no_password)
        except (OSError, ValueError) as error:
            raise TlsError(
                f"broker.certificate {self.certificate}, broker.key {self.key}: {_problem(error)}"
            ) from error
        return context


SYSTEM = Tls()


def explain(error: OSError, host: str) -> str:
    """Why a TLS connection failed, and what to do."""
    if isinstance(error, ssl.SSLCertVerificationError):
        code = error.verify_code
        if code in _EXPIRED:
            return (
                "the broker's certificate is over; make a new one (`gridwarden broker files`), "
                "or set this machine's clock"
            )
        if code in _NOT_YET:
            return "the broker's certificate does not count yet; set this machine's clock"
        if code in _UNKNOWN:
            return (
                "the broker's certificate is of an authority that we don't know; set "
                "broker.ca_file to the site's ca.crt"
            )
        if "ostname mismatch" in str(error) or "IP address mismatch" in str(error):
            return (
                f"the broker's certificate is not for {host!r}; correct broker.url, or name this "
                "host too (`gridwarden broker files --host`)"
            )
    if isinstance(error, ssl.SSLError):
        for word, remedy in _OURS.items():
            if word in str(error.reason):
                return remedy
    return str(error)


def why_refused(host: str, port: int, tls: Tls) -> str | None:
    """Connect once more and listen for why the broker ends it; None if it does not at once.

    In TLS 1.3 a broker looks at our certificate after the handshake, and an MQTT client is told no
    more than that the connection broke.
    """
    try:
        with (
            socket.create_connection((host, port), _WAIT_S) as plain,
            tls.context().wrap_socket(plain, server_hostname=host) as secured,
        ):
            secured.settimeout(_WAIT_S)
            secured.recv(1)
    except TlsError as error:
        return str(error)
    except ssl.SSLError as error:
        return explain(error, host)
    except OSError:  # nobody is there, or nobody minds
        return None
    return None


def _no_password() -> str:
    raise ValueError("the key has a password; write one without")


def _problem(error: Exception) -> str:
    if isinstance(error, ssl.SSLError):
        if error.reason and "MISMATCH" in error.reason:
            return "the key is not this certificate's; take both from one enrolment"
        return "not a PEM file; take it from the enrolment"
    if isinstance(error, OSError):
        return f"{error.strerror}; correct the path, or see who may read it"
    return str(error)
