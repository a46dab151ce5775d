"""Watch list: which places are on it, folded from the cases' log and what people did. Pure.

Times are int64 microseconds UTC. A case is confirmed when a person has handled it: somebody was
there and wrote what was done. A place leaves the list only by a person's word; then only cases
confirmed later bring it back.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Literal

import msgspec

from edge.wire import Micros
from hub.watchlist.rules import WatchRules

Deed = Literal["enrol", "progress", "release"]
Why = Literal["cases", "person"]
DAY: Micros = 86_400_000_000
WHOLE = 100  # per cent


class Confirmed(msgspec.Struct, frozen=True, kw_only=True):
    """A case that a person has confirmed at a place."""

    place: str
    case: int
    at: Micros


class Act(msgspec.Struct, frozen=True, kw_only=True):
    """What a person did with a place; `percent` is how far it is put right."""

    place: str
    deed: Deed
    percent: int | None = None
    note: str
    actor: str
    at: Micros


class Watched(msgspec.Struct, frozen=True, kw_only=True):
    """A place on the list, or once on it: `released` says since when it is not.

    `cases` are those that brought it there and those confirmed since.
    """

    place: str
    since: Micros
    why: Why
    cases: tuple[int, ...]
    percent: int = 0
    released: Micros | None = None

    @property
    def on(self) -> bool:
        """Whether it is watched now."""
        return self.released is None


class ActRefusedError(ValueError):
    """The act is not possible now; the text says what is."""


def watched(
    confirmed: Iterable[Confirmed], acts: Iterable[Act], rules: WatchRules
) -> dict[str, Watched]:
    """Every place that is or was on the list, as it stands after all that happened."""
    happened: list[Confirmed | Act] = [*confirmed, *acts]
    # At one moment a case comes before what a person does.
    happened.sort(key=lambda one: (one.at, isinstance(one, Act)))
    found: dict[str, Watched] = {}
    recent: dict[str, list[Confirmed]] = {}
    for one in happened:
        now = found.get(one.place)
        if isinstance(one, Act):
            after = _after(now, one)
            if one.deed == "release":
                recent[one.place] = []
        else:
            mine = recent.setdefault(one.place, [])
            mine.append(one)
            after = _counted(now, mine, rules)
        if after is not None:
            found[one.place] = after
    return found


def refuse_out_of_turn(now: Watched | None, act: Act) -> None:
    """Check that an act is possible.

    Raises:
        ActRefusedError: it is not; the text says what is.
    """
    on = now is not None and now.on
    if act.deed == "enrol" and on:
        raise ActRefusedError("the place is on the list; possible: progress, release")
    if act.deed != "enrol" and not on:
        raise ActRefusedError("the place is not on the list; possible: enrol")
    if act.deed == "progress" and act.percent is None:
        raise ActRefusedError("say how far it is put right, in per cent")
    if act.deed == "release" and now is not None and now.percent < WHOLE:
        raise ActRefusedError(
            f"it is put right to {now.percent} %: write progress of 100 first, then release it"
        )


def _after(now: Watched | None, act: Act) -> Watched | None:
    match act.deed:
        case "enrol":
            return Watched(place=act.place, since=act.at, why="person", cases=())
        case "progress" if now is not None:
            return msgspec.structs.replace(now, percent=act.percent or 0)
        case "release" if now is not None:
            return msgspec.structs.replace(now, released=act.at)
        case _:
            return now


def _counted(now: Watched | None, mine: list[Confirmed], rules: WatchRules) -> Watched | None:
    last = mine[-1]
    if now is not None and now.on:
        return msgspec.structs.replace(now, cases=(*now.cases, last.case))
    within = [one for one in mine if last.at - one.at <= rules.days * DAY]
    if len(within) < rules.cases:
        return now
    cases = tuple(one.case for one in within)
    return Watched(place=last.place, since=last.at, why="cases", cases=cases)
