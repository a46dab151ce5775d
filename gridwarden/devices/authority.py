"""Authority: a site's own certificate authority. PEM in, PEM out; no files.

All keys are on the curve P-256, which OpenSSL (Mosquitto, paho), rustls (rumqttd), Erlang (EMQX)
and small devices take alike; Ed25519 is missing in the last two's older versions.
"""

from __future__ import annotations

import ipaddress
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import NamedTuple, cast

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

CA_DAYS = 3650  # ours: longer than a campus keeps its sensors' agents
CLIENT_DAYS = 365  # ours: a lost machine is forgotten about after a year at the latest
BROKER_DAYS = 365  # ours
_BEFORE = timedelta(minutes=5)  # ours: so far a device's clock may be behind


class Pair(NamedTuple):
    """A certificate and its key, both PEM."""

    certificate: bytes
    key: bytes


class Revoked(NamedTuple):
    """A serial number that counts no more, and since when."""

    serial: int
    since: datetime


def make_authority(site: str, now: datetime, days: int = CA_DAYS, key: bytes | None = None) -> Pair:
    """A self-signed authority; with the `key` of an old one, what that signed stays good."""
    private = _new_key() if key is None else _key(key)
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, f"Gridwarden {site}"[:64])])
    usage = x509.KeyUsage(
        digital_signature=True, content_commitment=False, key_encipherment=False,
        data_encipherment=False, key_agreement=False, key_cert_sign=True, crl_sign=True,
        encipher_only=False, decipher_only=False,
    )  # fmt: skip
    public = private.public_key()
    built = (
        _builder(name, name, public, now, now + timedelta(days=days))
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .add_extension(usage, critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(public), critical=False)
        .sign(private, hashes.SHA256())
    )
    return Pair(_pem(built), _key_pem(private))


def issue_client(authority: Pair, user: str, now: datetime, days: int = CLIENT_DAYS) -> Pair:
    """A certificate whose common name is the user at the broker; it ends with the authority's."""
    return _issue(authority, user, now, days, ExtendedKeyUsageOID.CLIENT_AUTH, [])


def issue_server(
    authority: Pair, user: str, hosts: Sequence[str], now: datetime, days: int = BROKER_DAYS
) -> Pair:
    """A broker's certificate, for these host names and addresses."""
    return _issue(authority, user, now, days, ExtendedKeyUsageOID.SERVER_AUTH, hosts)


def revocation_list(authority: Pair, revoked: Iterable[Revoked], now: datetime) -> bytes:
    """The list (PEM) of what counts no more.

    It is good until the authority's certificate ends: brokers refuse everybody once a list is out
    of date, and here a new one is put in place at each revocation.
    """
    issuer, key = x509.load_pem_x509_certificate(authority.certificate), _key(authority.key)
    builder = (
        x509.CertificateRevocationListBuilder()
        .issuer_name(issuer.subject)
        .last_update(now - _BEFORE)
        .next_update(issuer.not_valid_after_utc)
        .add_extension(
            x509.AuthorityKeyIdentifier.from_issuer_public_key(key.public_key()), critical=False
        )
    )
    for entry in revoked:
        builder = builder.add_revoked_certificate(
            x509.RevokedCertificateBuilder()
            .serial_number(entry.serial)
            .revocation_date(entry.since)
            .build()
        )
    signed = builder.sign(key, hashes.SHA256())
    return signed.public_bytes(serialization.Encoding.PEM)


class Certificate(NamedTuple):
    """What a certificate says of itself."""

    user: str
    serial: int
    until: datetime
    hosts: tuple[str, ...]


def read_certificate(pem: bytes) -> Certificate:
    """Read a certificate of ours.

    Raises:
        ValueError: it is none.
    """
    read = x509.load_pem_x509_certificate(pem)
    names = read.subject.get_attributes_for_oid(NameOID.COMMON_NAME)
    try:
        also = read.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
        hosts = tuple(str(name.value) for name in also)
    except x509.ExtensionNotFound:
        hosts = ()
    user = str(names[0].value) if names else ""
    return Certificate(user, read.serial_number, read.not_valid_after_utc, hosts)


def fingerprint(pem: bytes) -> str:
    """SHA-256 of a certificate, in pairs of digits, as other tools show it."""
    return x509.load_pem_x509_certificate(pem).fingerprint(hashes.SHA256()).hex(":")


def _issue(
    authority: Pair,
    user: str,
    now: datetime,
    days: int,
    purpose: x509.ObjectIdentifier,
    hosts: Sequence[str],
) -> Pair:
    issuer, signer = x509.load_pem_x509_certificate(authority.certificate), _key(authority.key)
    private = _new_key()
    until = min(now + timedelta(days=days), issuer.not_valid_after_utc)
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, user)])
    usage = x509.KeyUsage(
        digital_signature=True, content_commitment=False, key_encipherment=False,
        data_encipherment=False, key_agreement=False, key_cert_sign=False, crl_sign=False,
        encipher_only=False, decipher_only=False,
    )  # fmt: skip
    builder = (
        _builder(subject, issuer.subject, private.public_key(), now, until)
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(usage, critical=True)
        .add_extension(x509.ExtendedKeyUsage([purpose]), critical=False)
        .add_extension(
            x509.AuthorityKeyIdentifier.from_issuer_public_key(signer.public_key()), critical=False
        )
    )
    if hosts:
        also = x509.SubjectAlternativeName([_host(host) for host in hosts])
        builder = builder.add_extension(also, critical=False)
    return Pair(_pem(builder.sign(signer, hashes.SHA256())), _key_pem(private))


def _builder(
    subject: x509.Name,
    issuer: x509.Name,
    public: ec.EllipticCurvePublicKey,
    now: datetime,
    until: datetime,
) -> x509.CertificateBuilder:
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(public)
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - _BEFORE)
        .not_valid_after(until)
    )


def _host(host: str) -> x509.GeneralName:
    try:
        return x509.IPAddress(ipaddress.ip_address(host))
    except ValueError:
        return x509.DNSName(host)


def _new_key() -> ec.EllipticCurvePrivateKey:
    return ec.generate_private_key(ec.SECP256R1())


def _key(pem: bytes) -> ec.EllipticCurvePrivateKey:
    return cast(ec.EllipticCurvePrivateKey, serialization.load_pem_private_key(pem, None))


def _pem(certificate: x509.Certificate) -> bytes:
    return certificate.public_bytes(serialization.Encoding.PEM)


def _key_pem(key: ec.EllipticCurvePrivateKey) -> bytes:
    return key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )
