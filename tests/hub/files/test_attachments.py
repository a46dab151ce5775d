from __future__ import annotations

import pytest

from hub.files.attachments import MOST_BYTES, AttachmentRefusedError, attachment_type


@pytest.mark.parametrize(
    ("content", "kind"),
    [
        (b"\xff\xd8\xff\xe0rest", "image/jpeg"),
        (b"\x89PNG\r\n\x1a\nrest", "image/png"),
        (b"RIFF0000WEBPrest", "image/webp"),
        (b"%PDF-1.7 rest", "application/pdf"),
    ],
)
def test_an_attachment_is_what_its_first_bytes_say(content: bytes, kind: str) -> None:
    assert attachment_type(content) == kind


@pytest.mark.parametrize(
    "content", [b"", b"<html>", b"PK\x03\x04", b"RIFF0000WAVE", b"%PDF-" + b"0" * MOST_BYTES]
)
def test_anything_else_or_too_much_is_refused(content: bytes) -> None:
    with pytest.raises(AttachmentRefusedError):
        attachment_type(content)
