"""Document: a letter as HTML to be printed. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Literal
from zoneinfo import ZoneInfo

from edge.wire import Micros
from hub.letters.domain import Letter
from hub.paper import paper, paragraph, printed, table
from hub.sites.domain import Name
from ingest import clock

Language = Literal["en", "zh"]


def document(letter: Letter, language: Language, zone: str, names: Mapping[str, Name]) -> bytes:
    """The letter with its receipts; times are those of `zone`, `names` those of the signers."""
    words, content = _WORDS[language], letter.content

    def called(name: Name | None) -> str:
        return "–" if name is None else name.zh if language == "zh" else name.en

    def told(at: Micros | None) -> str:
        return "–" if at is None else _local(at, zone).strftime("%Y-%m-%d %H:%M")

    html, body = paper(words["title"], language)
    paragraph(body, f"{words['number']} {content.number}")
    to = f"{called(content.to_name)} ({content.to_grid})"
    paragraph(body, words["to"].format(office=to, person=called(content.to_person_name)))
    helps = ", ".join(called(one) for one in content.cooperating) or "–"
    tracks = ", ".join(called(one) for one in content.tracking) or "–"
    reading = "–"
    if content.value is not None and content.unit not in ("", "1"):
        limit = "" if content.limit is None else f" ({words['limit']} {content.limit:g})"
        reading = f"{content.value:.3g} {content.unit}{limit}"
    rows = [
        (words["fault"], f"{called(content.kind)} · {words[content.grade]}"),
        (words["where"], f"{called(content.place)} ({content.subject})"),
        (words["grid"], f"{called(content.grid_name)} ({content.grid})"),
        (words["position"], f"{content.at[0]:.1f} m, {content.at[1]:.1f} m"),
        (words["found"], told(content.found)),
        (words["reading"], reading),
        (words["words"], content.words or "–"),
        (words["case"], content.case),
        (words["due"], told(content.due)),
        (words["lead"], called(content.lead)),
        (words["cooperating"], helps),
        (words["tracking"], tracks),
    ]
    table(body, ("", ""), rows)
    receipts = [
        (words[one.event], called(names.get(one.actor)) if one.event != "sent" else "–",
         told(one.at), one.note)
        for one in letter.receipts
    ]  # fmt: skip
    table(body, (words["delivery"], words["by"], words["at"], words["note"]), receipts)
    paragraph(
        body, f"{words['written']} {told(content.written)} · SHA-256 {letter.sha256}", "quiet"
    )
    if not letter.genuine:
        paragraph(body, words["altered"])
    return printed(html)


def _local(at: Micros, zone: str) -> datetime:
    return clock.moment(at).astimezone(ZoneInfo(zone))


_WORDS: dict[Language, dict[str, str]] = {
    "en": {
        "title": "Hydrant fault report",
        "number": "No.",
        "to": "To the grid office of {office}, for the attention of {person}",
        "fault": "Fault",
        "where": "Hydrant",
        "grid": "Grid",
        "position": "Position",
        "found": "Found",
        "reading": "Reading",
        "limit": "limit",
        "words": "Report",
        "case": "Case",
        "due": "To be mended by",
        "lead": "Repair: leads",
        "cooperating": "Repair: helps",
        "tracking": "Only keeps track",
        "delivery": "Delivery",
        "by": "By",
        "at": "At",
        "note": "Note",
        "sent": "sent",
        "read": "read",
        "acknowledged": "acknowledged",
        "written": "Written",
        "altered": "This letter does not fit its hash: it was altered.",
        "general": "general",
        "serious": "serious",
        "major": "major",
        "emergency": "emergency",
    },
    "zh": {
        "title": "消火栓故障书面报告",
        "number": "编号",
        "to": "致：{office}网格办，负责人 {person}",
        "fault": "故障",
        "where": "消火栓",
        "grid": "网格",
        "position": "位置",
        "found": "发现时间",
        "reading": "读数",
        "limit": "限值",
        "words": "情况说明",
        "case": "事件编号",
        "due": "修复期限",
        "lead": "维修牵头单位",
        "cooperating": "维修配合单位",
        "tracking": "跟踪单位",
        "delivery": "送达",
        "by": "签收人",
        "at": "时间",
        "note": "备注",
        "sent": "已发送",
        "read": "已阅",
        "acknowledged": "已签收",
        "written": "制作时间",
        "altered": "本报告与其哈希值不符，内容已被改动。",
        "general": "一般",
        "serious": "较大",
        "major": "重大",
        "emergency": "紧急",
    },
}
