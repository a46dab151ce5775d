"""Views of Open311: what is told of a request, and the answer that is kept for a repeated one."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pydantic import BaseModel

from hub.casefile.words import Words
from hub.open311.domain import Frame, w3c
from hub.open311.rules import Open311Rules
from hub.open311.store import Stored
from hub.plans.categories import Category, Department

_NO_CASE = {"en": "Agreed beforehand with the fire office", "zh": "已事先征得消防部门同意"}


class Reply(BaseModel):
    """What a request is answered with: its number, or a token to ask for it by."""

    service_request_id: str | None = None
    token: str | None = None
    service_notice: str
    account_id: str | None = None

    def told(self) -> dict[str, Any]:
        """As the specification has it: number or token, never both."""
        return self.model_dump(exclude_none=True) | {"account_id": self.account_id}


def notice(category: Category, departments: Mapping[str, Department], rules: Open311Rules) -> str:
    """Who acts, and within what time."""
    lead = departments.get(category.lead or "")
    hours = f"{category.due_minutes / 60:g}"
    if rules.language == "zh":
        return f"{'' if lead is None else lead.title.zh + '：'}{hours} 小时内办结"
    return f"{'' if lead is None else lead.title.en + ': '}to be settled within {hours} h"


def _notes(stored: Stored, rules: Open311Rules) -> str:
    """What became of it; that it cannot be done, with the written reason (CA-23)."""
    if stored.stage is None:
        return _NO_CASE[rules.language]
    told = Words(rules.language, {}).state(stored.stage)
    return f"{told}: {stored.unsolvable}" if stored.unsolvable else told


def request_view(
    stored: Stored,
    categories: Mapping[str, Category],
    departments: Mapping[str, Department],
    rules: Open311Rules,
    frame: Frame,
    *,
    words: bool,
) -> dict[str, Any]:
    """One request; what somebody wrote and sent is told with `words` only."""
    category = categories.get(stored.service)
    lead = None if category is None else departments.get(category.lead or "")
    lat, long = frame.to_latlong(stored.spot)
    called = stored.place_name or {}
    tell = Words(rules.language, {})
    return {
        "service_request_id": str(stored.number),
        "status": "open" if stored.open else "closed",
        "status_notes": _notes(stored, rules),
        "service_name": stored.service if category is None else tell.name(category.title),
        "service_code": stored.service,
        "description": stored.words if words else None,
        "agency_responsible": None if lead is None else tell.name(lead.title),
        "service_notice": None if category is None else notice(category, departments, rules),
        "requested_datetime": w3c(stored.at),
        "updated_datetime": w3c(stored.updated or stored.at),
        "expected_datetime": w3c(stored.due),
        "address": (stored.address if words else "") or called.get(rules.language, ""),
        "address_id": stored.address_id or None,
        "zipcode": None,
        "lat": lat,
        "long": long,
        "media_url": (stored.media or None) if words else None,
    }
