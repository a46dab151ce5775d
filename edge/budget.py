"""Budget: so many bytes per second, no more; what is not used in a second is not saved up."""

from __future__ import annotations


class Budget:
    """Says whether something may still be sent; a token bucket that holds one second.

    What is larger than a second's worth never passes: `bytes_s` is no less than the largest thing.
    """

    def __init__(self, bytes_s: float) -> None:
        self._rate = self._left = bytes_s
        self._at = 0.0

    def allows(self, size: int, now: float) -> bool:
        """Whether `size` bytes may go at the monotonic second `now`; then they are spent."""
        self._left = min(self._rate, self._left + (now - self._at) * self._rate)
        self._at = now
        if size > self._left:
            return False
        self._left -= size
        return True
