"""Written: the event that an order brings, with the note and the photos that came with it."""

from __future__ import annotations

from typing import Any

from hub.cases.deed import Order, Scene
from hub.cases.state import Event
from hub.cases.vocabulary import EventName


def written(name: EventName, order: Order, scene: Scene, **data: Any) -> Event:
    """One event by whoever acts; what is None stays out of its data."""
    facts = {key: value for key, value in data.items() if value is not None}
    if order.photos:
        facts["photos"] = list(order.photos)
    return Event(
        event=name, at=scene.now, actor=scene.by.person, note=order.note.strip(), data=facts
    )
