"""Sheet: what the printed file of a case says, section by section, for `case.typ`. Pure.

Every text is plain text: the template evaluates none of it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

import msgspec

from edge.wire import Micros
from hub.casefile.gather import Gathered
from hub.casefile.words import Words
from hub.cases.state import Event
from hub.sites.domain import Name
from hub.sites.routes import NameView
from ingest import clock

MOST_ROWS = 5000  # log entries printed; ours: the archive's log has them all


class Shown(msgspec.Struct, frozen=True, kw_only=True):
    """A picture with its caption: `image` is its place beside the template, None if it has none."""

    image: str | None
    caption: str


class Listed(msgspec.Struct, frozen=True, kw_only=True):
    """A document in one line."""

    name: str
    actor: str
    at: Micros
    bytes: int
    sha256: str


class Names(msgspec.Struct, frozen=True, kw_only=True):
    """How to call people, departments and moments."""

    person: Callable[[str], Name | None]
    departments: Mapping[str, Name]
    zone: ZoneInfo


def sheet(
    gathered: Gathered,
    words: Words,
    names: Names,
    *,
    plots: Sequence[str],
    pictures: Sequence[Shown],
    left_out: int,
    documents: Sequence[Listed],
    exported: Micros,
) -> dict[str, Any]:
    """The whole sheet; `plots` are the files of the excerpts, `left_out` pictures are not shown."""
    case = gathered.file.case
    teller = _Teller(words, names)
    return {
        "language": words.language,
        "title": words("title", number=case.number),
        "subtitle": f"{words.kind(case.kind)} · {words.grade(case.grade)} · "
        f"{words.state(case.state)}",
        "page": words("page", page="{page}", pages="{pages}"),
        "exported": words("exported", at=teller.moment(exported)),
        "facts": {"title": words("facts"), "rows": _facts(gathered, words, teller)},
        "breaches": {
            "title": words("breaches"),
            "heads": [words(head) for head in ("rule", "since", "raised", "value", "limit")],
            "rows": [
                [one.rule, teller.moment(one.started), teller.moment(one.raised),
                 _number(one.value, one.unit), _number(one.limit, one.unit)]
                for one in gathered.file.anomalies
            ],
        },
        "readings": {
            "title": words("readings"),
            "plots": [
                {"file": file, "caption": teller.series(one.device, one.quantity, one.unit)}
                for file, one in zip(plots, gathered.excerpts, strict=True)
            ],
        },
        "log": {
            "title": words("log"),
            "heads": [words(head) for head in ("number", "at", "by", "what", "note")],
            "rows": [
                [str(one.seq), teller.moment(one.event.at), teller.actor(one.event.actor),
                 words.event(one.event.event), teller.details(one.event)]
                for one in gathered.log[:MOST_ROWS]
            ],
        },
        "pictures": {
            "title": words("pictures"),
            "unseen": words("unseen"),
            "more": words("more", count=left_out) if left_out else "",
            "items": [msgspec.to_builtins(one) for one in pictures],
        },
        "documents": {
            "title": words("documents"),
            "heads": [*(words(head) for head in ("name", "by", "at", "size")), "SHA-256"],
            "rows": [
                [one.name, teller.actor(one.actor), teller.moment(one.at), str(one.bytes),
                 one.sha256]
                for one in documents
            ],
        },
        "proof": {
            "title": words("proof"),
            "text": words("chain", events=len(gathered.log)),
            "head": gathered.case.head.hex(),
            "verify": words("verify").replace("`", ""),
        },
    }  # fmt: skip


def caption(words: Words, names: Names, word: str, at: Micros, by: str | None, sha: str) -> str:
    """What stands below a picture."""
    teller = _Teller(words, names)
    who = "" if by is None else f" · {teller.actor(by)}"
    return f"{words(word)}{who} · {teller.moment(at)} · {sha}"


class _Teller:
    """Tells moments and people in one language."""

    def __init__(self, words: Words, names: Names) -> None:
        self._words, self._names = words, names

    def moment(self, at: datetime | Micros | None) -> str:
        if at is None:
            return "–"
        when = clock.moment(at) if isinstance(at, int) else at
        return f"{when.astimezone(self._names.zone):%Y-%m-%d %H:%M:%S}"

    def actor(self, actor: str) -> str:
        return self._words.actor(actor, self._names.person(actor))

    def view(self, name: NameView) -> str:
        return name.zh if self._words.language == "zh" else name.en

    def department(self, department: str) -> str:
        known = self._names.departments.get(department)
        return department if known is None else self._words.name(known)

    def series(self, device: str, quantity: str, unit: str) -> str:
        measured = self._words.quantity(quantity)
        return f"{device} · {measured}" + (f" [{unit}]" if unit not in ("", "1") else "")

    def details(self, event: Event) -> str:
        """An event's note and what its data say to a reader."""
        words, data = self._words, event.data
        told = [event.note] if event.note else []
        if isinstance(data.get("to"), str):
            told.append(words("to", name=self.actor(data["to"])))
        if data.get("value") is not None and data.get("limit") is not None:
            told.append(
                words(
                    "measured",
                    value=f"{data['value']:.4g}",
                    limit=f"{data['limit']:g}",
                    unit=data.get("unit", ""),
                )
            )
        if isinstance(data.get("reason"), str):
            told.append(words("reason", reason=data["reason"]))
        if data.get("photos"):
            told.append(words("photo_count", count=len(data["photos"])))
        told += [one["name"] for one in data.get("documents", ())]
        return "\n".join(told)


def _facts(gathered: Gathered, words: Words, teller: _Teller) -> list[list[str]]:
    case, route = gathered.file.case, gathered.file.route
    rows = [
        ["kind", words.kind(case.kind)],
        ["grade", words.grade(case.grade)],
        ["state", words.state(case.state)],
        ["place", f"{teller.view(case.place_name)} ({case.place or case.device})"],
        ["device", case.device],
        ["grid", " › ".join(case.grid_path)],
        ["position", f"{case.at[0]:.1f} m, {case.at[1]:.1f} m"],
        ["opened", teller.moment(case.opened)],
        ["updated", teller.moment(case.updated)],
        ["due", teller.moment(case.due)],
        ["owner", words("none") if case.owner is None else teller.view(case.owner.name)],
    ]
    responsible = gathered.log[0].event.data.get("responsible") if gathered.log else None
    if responsible:
        named = [
            f"{words(tier)}: {teller.actor(responsible[tier])}"
            for tier in ("first", "main", "specific")
            if responsible.get(tier)
        ]
        rows.append(["responsible", "\n".join(named)])
    if route is not None:
        parts = [("leads", [route.lead]), ("helps", route.cooperating), ("tracks", route.tracking)]
        named = [
            f"{words(part)}: {', '.join(teller.department(one) for one in those)}"
            for part, those in parts
            if those
        ]
        rows.append(["departments", "\n".join(named)])
    return [[words(head), text] for head, text in rows]


def _number(value: float | None, unit: str) -> str:
    if value is None:
        return "–"
    return f"{value:.4g}" + (f" {unit}" if unit not in ("", "1") else "")
