"""Kept keys: secrets that are set, or made once per data folder and kept there.

Under the person key card numbers are hashed, under the account key second factors are kept.
"""

from __future__ import annotations

import os
import re
import secrets
from contextlib import suppress
from pathlib import Path

from pydantic import SecretStr

from gridwarden.errors import GridwardenError
from gridwarden.settings import Settings
from ingest.person import MAX_KEY_BYTES, MIN_KEY_BYTES

KEY_BYTES = 32
_KEPT = re.compile(rf"[0-9a-f]{{{2 * KEY_BYTES}}}")


def person_key(settings: Settings) -> bytes:
    """The key in force under which card numbers are hashed.

    Losing it makes new swipes of a person unlinkable to the old ones, so it is kept with the
    data, readable by its owner only.

    Raises:
        GridwardenError: the key is too short or too long, damaged, or cannot be kept.
    """
    lost = "with another key new swipes cannot be linked to old ones"
    return _key(settings, "person_key", settings.person_key, lost)


def account_key(settings: Settings) -> bytes:
    """The key in force under which the secrets of second factors are kept.

    Raises:
        GridwardenError: the key is too short or too long, damaged, or cannot be kept.
    """
    lost = "with another key no authenticator app opens its account"
    return _key(settings, "account_key", settings.account_key, lost)


def _key(settings: Settings, name: str, given: SecretStr | None, lost: str) -> bytes:
    if given is not None:
        key = given.get_secret_value().encode()
        if not MIN_KEY_BYTES <= len(key) <= MAX_KEY_BYTES:
            raise GridwardenError(
                f"{name}: {MIN_KEY_BYTES} to {MAX_KEY_BYTES} bytes are needed, not {len(key)}"
            )
        return key
    path = settings.data_dir / f"{name.removesuffix('_key')}.key"
    try:
        settings.data_dir.mkdir(parents=True, exist_ok=True)
        if not path.exists():
            _make(path)
        text = path.read_text(encoding="ascii").strip()
    except OSError as error:
        raise GridwardenError(
            f"{path}: {error.strerror}; set GRIDWARDEN_DATA_DIR to a folder that can be written"
        ) from error
    if not _KEPT.fullmatch(text):
        raise GridwardenError(f"{path} is damaged; restore it from a backup, because {lost}")
    return bytes.fromhex(text)


def _make(path: Path) -> None:
    """Make the key, whole or not at all; the first of several processes makes it for all."""
    draft = path.with_name(f"{path.name}.{os.getpid()}")
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    try:
        with os.fdopen(descriptor, "w", encoding="ascii") as file:
            file.write(secrets.token_bytes(KEY_BYTES).hex())
            file.flush()
            os.fsync(file.fileno())
        with suppress(FileExistsError):
            path.hardlink_to(draft)
    finally:
        draft.unlink()
