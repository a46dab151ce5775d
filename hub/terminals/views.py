"""Views of the terminals: the models of the API."""

from __future__ import annotations

from pydantic import BaseModel, Field

from hub.views import Instant, PersonRef


class TerminalView(BaseModel):
    """A terminal, who carries it, and how much of that person's duty it was online."""

    id: str = Field(examples=["terminal-12"])
    person: PersonRef
    last_seen: Instant | None
    stale_after_s: float = Field(description="Silent when not heard for so long: three missed")
    on_duty_s: float = Field(description="The member's time on duty in the span, leave left out")
    online_s: float = Field(description="How much of it the terminal was online")
    share: float | None = Field(description="0 to 1; none if the member had no duty")


class TerminalList(BaseModel):
    """The inventory of the terminals over a span."""

    from_: Instant = Field(alias="from")
    to: Instant
    items: list[TerminalView]
    without: list[PersonRef] = Field(description="Who holds a grid and has no terminal")
