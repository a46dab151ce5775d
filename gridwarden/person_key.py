"""Person key: the secret under which card numbers are hashed, set or made once per data folder."""

from __future__ import annotations

import os
import secrets

from gridwarden.errors import GridwardenError
from gridwarden.settings import Settings

KEY_BYTES = 32
MIN_CHARACTERS = 16  # ours: shorter keys let card numbers be guessed back from their hashes


def person_key(settings: Settings) -> bytes:
    """The key in force.

    Losing it makes new swipes of a person unlinkable to the old ones, so it is kept with the
    data, readable by its owner only.

    Raises:
        GridwardenError: the key that is set is too short.
    """
    if settings.person_key is not None:
        key = settings.person_key.get_secret_value()
        if len(key) < MIN_CHARACTERS:
            raise GridwardenError(f"person_key: at least {MIN_CHARACTERS} characters are needed")
        return key.encode()
    path = settings.data_dir / "person.key"
    settings.data_dir.mkdir(parents=True, exist_ok=True)
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        return bytes.fromhex(path.read_text(encoding="ascii").strip())
    key = secrets.token_bytes(KEY_BYTES)
    with os.fdopen(descriptor, "w", encoding="ascii") as file:
        file.write(key.hex())
    return key
