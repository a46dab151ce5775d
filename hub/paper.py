"""Paper: documents to be printed, as HTML without scripts and with one style sheet for all."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from xml.etree.ElementTree import Element, SubElement, tostring

STYLE_PATH = "/api/paper.css"
STYLE = """\
@page { margin: 16mm; }
body { max-width: 178mm; margin: 8mm auto; padding: 0 4mm; color: #111; background: #fff;
  font: 11pt/1.5 system-ui, "Noto Sans CJK SC", "Microsoft YaHei", "PingFang SC", sans-serif; }
h1 { font-size: 17pt; line-height: 1.25; margin: 0 0 2mm; }
h2 { font-size: 12pt; margin: 6mm 0 1mm; }
p { margin: 0 0 2mm; }
.quiet { color: #555; font-size: 9pt; overflow-wrap: anywhere; }
table { width: 100%; border-collapse: collapse; font-size: 9.5pt; }
th, td { padding: 1mm 2mm; border-bottom: 0.2mm solid #bbb; text-align: start; }
td { vertical-align: top; }
th { border-bottom: 0.4mm solid #111; }
tr { break-inside: avoid; }
thead { display: table-header-group; }
svg { display: block; width: 100%; height: auto; margin: 3mm 0; border: 0.2mm solid #bbb; }
@media print { body { margin: 0; padding: 0; max-width: none; } }
"""


def paper(title: str, language: str) -> tuple[Element, Element]:
    """An empty document, and its body with the title as heading."""
    html = Element("html", lang=language)
    head = SubElement(html, "head")
    SubElement(head, "meta", charset="utf-8")
    SubElement(head, "meta", name="viewport", content="width=device-width, initial-scale=1")
    SubElement(head, "title").text = title
    SubElement(head, "link", rel="stylesheet", href=STYLE_PATH)
    body = SubElement(html, "body")
    SubElement(body, "h1").text = title
    return html, body


def paragraph(body: Element, text: str, kind: str = "") -> None:
    """Add a paragraph; `kind` is "quiet" or nothing."""
    one = SubElement(body, "p", {"class": kind} if kind else {})
    one.text = text


def table(body: Element, heads: Sequence[str], rows: Iterable[Sequence[str]]) -> None:
    """Add a table."""
    whole = SubElement(body, "table")
    top = SubElement(SubElement(whole, "thead"), "tr")
    for head in heads:
        SubElement(top, "th").text = head
    inner = SubElement(whole, "tbody")
    for row in rows:
        line = SubElement(inner, "tr")
        for cell in row:
            SubElement(line, "td").text = cell


def printed(html: Element) -> bytes:
    """The document's bytes, the same for the same document."""
    return b"<!doctype html>\n" + tostring(html, encoding="utf-8", method="html")
