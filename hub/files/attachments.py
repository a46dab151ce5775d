"""Attachments: documents and photos, told by what their first bytes are, named by their hash."""

from __future__ import annotations

from hashlib import sha256

MOST_BYTES = 8 * 1024 * 1024  # ours: a phone's photo is 3 to 6 MB

_STARTS: tuple[tuple[bytes, str], ...] = (
    (b"\xff\xd8\xff", "image/jpeg"),
    (b"\x89PNG\r\n\x1a\n", "image/png"),
    (b"%PDF-", "application/pdf"),
)


class AttachmentRefusedError(ValueError):
    """The attachment is not taken; the text says what to do."""


def attachment_type(content: bytes) -> str:
    """The type of an attachment by its first bytes, whatever its name says.

    Raises:
        AttachmentRefusedError: it is empty, too large, or neither JPEG, PNG, WebP nor PDF.
    """
    if not content:
        raise AttachmentRefusedError("the file is empty: choose another")
    if len(content) > MOST_BYTES:
        raise AttachmentRefusedError(f"the file is larger than {MOST_BYTES} bytes: make it smaller")
    if content[:4] == b"RIFF" and content[8:12] == b"WEBP":
        return "image/webp"
    for start, kind in _STARTS:
        if content.startswith(start):
            return kind
    raise AttachmentRefusedError("only JPEG, PNG and WebP pictures and PDF are kept: convert it")


def content_hash(content: bytes) -> bytes:
    """The SHA-256 that an attachment is kept under."""
    return sha256(content).digest()
