"""Person keys: the keyed hash that stands for a card from here on.

Without the key nobody can try card numbers against the store; with it, the same card always
gives the same person.
"""

from __future__ import annotations

from hashlib import blake2b

MIN_KEY_BYTES = 16  # ours: 128 bits, beyond any search
MAX_KEY_BYTES = blake2b.MAX_KEY_SIZE


class PersonKeys:
    """Turns cards into person keys: 63 bits of BLAKE2b under the site's key."""

    def __init__(self, key: bytes) -> None:
        """Keep the key.

        Raises:
            ValueError: the key is too short to resist guessing, or longer than BLAKE2b takes.
        """
        if not MIN_KEY_BYTES <= len(key) <= MAX_KEY_BYTES:
            raise ValueError(
                f"the person key has {len(key)} bytes; "
                f"it needs {MIN_KEY_BYTES} to {MAX_KEY_BYTES}, best drawn at random"
            )
        self._key = key

    def of(self, card: str) -> int:
        """The person key of a card, 0 ≤ key < 2⁶³."""
        digest = blake2b(card.encode(), digest_size=8, key=self._key).digest()
        return int.from_bytes(digest) >> 1

    def mask(self, card: str) -> str:
        """What stands in a dead letter in place of the card: still tells persons apart."""
        return f"person:{self.of(card)}"
