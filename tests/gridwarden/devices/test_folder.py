"""The folder of a site's authority: secrets are its owner's, and nothing in it is forgotten."""

from __future__ import annotations

import stat
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography import x509

from gridwarden.devices.authority import read_certificate
from gridwarden.devices.folder import AuthorityFolder
from gridwarden.devices.identity import Identity
from gridwarden.devices.register import RegisterError
from gridwarden.errors import GridwardenError

NOW = datetime(2026, 11, 25, 8, tzinfo=UTC)


@pytest.fixture
def folder(tmp_path: Path) -> AuthorityFolder:
    return AuthorityFolder.create(tmp_path / "ca", "campus", NOW)


def listed(folder: AuthorityFolder, name: str = "agents") -> set[int]:
    read = x509.load_pem_x509_crl((folder.path / f"{name}.crl").read_bytes())
    authority = x509.load_pem_x509_certificate((folder.path / f"{name}.crt").read_bytes())
    key = authority.public_key()
    assert read.is_signature_valid(key)  # type: ignore[arg-type]
    assert read.next_update_utc == authority.not_valid_after_utc
    return {entry.serial_number for entry in read}


def test_keys_are_for_their_owner_only(folder: AuthorityFolder) -> None:
    secret = [*folder.path.glob("*.key"), folder.path / "register.json"]
    assert len(secret) == 4
    assert {stat.S_IMODE(path.stat().st_mode) for path in secret} == {0o600}
    assert stat.S_IMODE(folder.path.stat().st_mode) == 0o700


def test_a_second_authority_is_refused(folder: AuthorityFolder) -> None:
    before = (folder.path / "agents.key").read_bytes()
    with pytest.raises(GridwardenError, match="has an authority already"):
        AuthorityFolder.create(folder.path, "campus", NOW)
    assert (folder.path / "agents.key").read_bytes() == before


def test_a_folder_without_an_authority_says_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(GridwardenError, match="gridwarden ca init"):
        AuthorityFolder(tmp_path)


def test_a_damaged_register_is_told(folder: AuthorityFolder) -> None:
    (folder.path / "register.json").write_text("{")
    with pytest.raises(GridwardenError, match="restore it from a backup"):
        AuthorityFolder(folder.path)


def test_the_subject_of_a_certificate_is_the_agent(folder: AuthorityFolder) -> None:
    read = read_certificate(folder.issue("agents", "north", NOW).certificate)
    assert read.user == "agents/north/1"
    assert read.until == NOW + timedelta(days=365)


def test_no_certificate_outlives_its_authority(folder: AuthorityFolder) -> None:
    late = NOW + timedelta(days=3600)
    until = read_certificate(folder.issue("agents", "north", late).certificate).until
    assert until == NOW + timedelta(days=3650)


def test_what_is_revoked_stays_listed_and_numbers_are_given_once(folder: AuthorityFolder) -> None:
    serials = set[int]()
    for number in (1, 2):
        pair = folder.issue("agents", "north", NOW)
        assert read_certificate(pair.certificate).user == f"agents/north/{number}"
        serials.add(read_certificate(pair.certificate).serial)
        folder.revoke("agents", "north", NOW)
    folder.issue("services", "hub", NOW)
    folder.revoke("services", "hub", NOW)
    assert listed(AuthorityFolder(folder.path)) == serials
    assert len(listed(folder, "services")) == 1
    with pytest.raises(RegisterError, match="nothing to revoke"):
        folder.revoke("agents", "north", NOW)


def test_a_renewed_authority_stands_for_what_it_signed_before(folder: AuthorityFolder) -> None:
    made = x509.load_pem_x509_certificate(folder.issue("agents", "north", NOW).certificate)
    later = NOW + timedelta(days=3000)
    folder.renew(later)
    renewed = x509.load_pem_x509_certificate(folder.trusted)
    made.verify_directly_issued_by(renewed)
    assert renewed.not_valid_after_utc == later + timedelta(days=3650)
    assert listed(folder) == set()


def test_a_device_has_another_password_with_each_enrolment(folder: AuthorityFolder) -> None:
    first, second = (folder.admit("hydrant-07", NOW) for _ in range(2))
    assert first == Identity("devices", "hydrant-07", 1)
    passwords = {folder.password(one) for one in (first, second, Identity("devices", "h", 1))}
    assert len(passwords) == 3
    assert folder.password(first) == AuthorityFolder(folder.path).password(first)
    kept = (folder.path / "register.json").read_text()
    assert not any(password in kept for password in passwords)


def test_what_ran_out_counts_no_more(folder: AuthorityFolder) -> None:
    folder.issue("agents", "north", NOW, days=1)
    assert folder.register.good(NOW + timedelta(days=1)) == []
