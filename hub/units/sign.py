"""Sign: the four parts that hang at the door of a six-small place, as a page to print (SE-13)."""

from __future__ import annotations

from html import escape
from typing import Literal

from hub.sites.domain import Name
from hub.units.domain import UnitRecord
from hub.units.rules import Sign

Language = Literal["en", "zh"]

_WORDS: dict[str, Name] = {
    "risk": Name("Fire risk", "火灾风险"),
    "manager": Name("Fire manager", "消防负责人"),
    "precautions": Name("Precautions", "防范措施"),
    "warning": Name("Warning", "警示"),
    "unfilled": Name("not filed yet", "尚未登记"),
}

STYLE = """
@page { size: A4 landscape; margin: 12mm }
body { margin: 0; color: #111; background: #fff;
  font: 20px/1.45 system-ui, "PingFang SC", "Microsoft YaHei", "Noto Sans CJK SC", sans-serif }
main { max-width: 1000px; margin: 24px auto; border: 4px solid #b3261e }
h1 { margin: 0; padding: 14px 24px; background: #b3261e; color: #fff; font-size: 34px }
h1 small { display: block; font-size: 18px; font-weight: 400 }
dl { display: grid; grid-template-columns: 1fr 1fr; margin: 0 }
div { padding: 18px 24px; border-top: 1px solid #b3261e; min-height: 150px }
div:nth-child(odd) { border-right: 1px solid #b3261e }
dt { font-size: 17px; font-weight: 700; color: #b3261e }
dd { margin: 6px 0 0; font-size: 24px }
@media (max-width: 700px) { dl { grid-template-columns: 1fr } div:nth-child(odd) { border-right: 0 }
  div { min-height: 0 } main { margin: 0 } }
@media print { main { margin: 0; max-width: none } * { print-color-adjust: exact } }
"""


def sign_page(
    name: Name, record: UnitRecord, sign: Sign, language: Language, style_address: str
) -> str:
    """The sign as HTML; its style comes from `style_address`, as our pages allow no other."""

    def word(text: Name) -> str:
        return escape(text.zh if language == "zh" else text.en)

    parts = (
        ("risk", word(sign.risk)),
        ("manager", _manager(record) or word(_WORDS["unfilled"])),
        ("precautions", word(sign.precautions)),
        ("warning", word(sign.warning)),
    )
    told = "".join(
        f"<div><dt>{word(_WORDS[part])}</dt><dd>{text}</dd></div>" for part, text in parts
    )
    tag = "zh-CN" if language == "zh" else "en"
    return (
        f'<!doctype html><html lang="{tag}"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f'<title>{word(name)}</title><link rel="stylesheet" href="{escape(style_address)}"></head>'
        f"<body><main><h1>{word(name)}<small>{word(sign.title)}</small></h1>"
        f"<dl>{told}</dl></main></body></html>"
    )


def _manager(record: UnitRecord) -> str:
    held = record.holds("managers")
    people: list[dict[str, str]] = [] if held is None else held.data["people"]
    found = next((one for one in people if one["post"] == "fire_manager"), None)
    return "" if found is None else escape(f"{found['name']} {found['phone']}".strip())
