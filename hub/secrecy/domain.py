"""The secrecy duty's text, and the hash by which a signature is tied to it. Pure."""

from __future__ import annotations

from hashlib import sha256

import msgspec

from hub.sealing import canonical
from hub.sites.domain import Name

# Ours; a plan puts its own in its place.
TEXT = Name(
    en=(
        "I keep secret what I learn here of other people: who they are, where they live and were, "
        "whom they met, how they are, and who reported or complained. I look at it only as far as "
        "my task needs it, pass it to nobody who may not see it, keep no copies of my own, and "
        "report a leak at once. The duty goes on when my task ends. A breach is recorded as a "
        "violation."
    ),
    zh=(
        "我对在此获知的他人信息保密：身份、住址、行踪、接触、健康状况，以及举报人和投诉人。"
        "我只在工作需要的范围内查看，不提供给无权查看的人，不私自留存副本，发现泄露立即报告。"
        "岗位变动或离任后，保密义务继续有效。违反者按违规记录处理。"
    ),
)


class SecrecyDuty(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What everybody signs before they see personal data; a changed text is signed anew."""

    text: Name = TEXT

    @property
    def hash(self) -> bytes:
        """SHA-256 of the text in both languages."""
        return sha256(canonical({"en": self.text.en, "zh": self.text.zh})).digest()
