"""Rendering: answers in the two formats of GeoReport v2. Pure."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from typing import Any, cast
from xml.etree.ElementTree import Element, SubElement, tostring

JSON, XML = "application/json; charset=utf-8", "text/xml; charset=utf-8"
# What XML 1.0 cannot hold (production 2), which JSON can.
_UNFIT = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def render(form: str, root: str, item: str, content: Any) -> tuple[bytes, str]:
    """Content and media type; in XML a list stands in `root`, each of its items in `item`.

    One that is no list stands in `root` alone; in JSON it stands for itself.
    """
    if form == "json":
        return json.dumps(content, ensure_ascii=False).encode(), JSON
    element = Element(root)
    if isinstance(content, list):
        for one in cast("list[Any]", content):
            _fill(SubElement(element, item), one)
    else:
        _fill(element, content)
    return tostring(element, encoding="UTF-8", xml_declaration=True), XML


_ITEMS = {"attributes": "attribute", "values": "value", "endpoints": "endpoint",
          "formats": "format"}  # fmt: skip


def _fill(element: Element, content: Any) -> None:
    match content:
        case Mapping():
            for name, inner in cast("Mapping[str, Any]", content).items():
                _fill(SubElement(element, name), inner)
        case str():
            element.text = _UNFIT.sub("\ufffd", content)
        case bool():
            element.text = "true" if content else "false"
        case Sequence():
            for inner in cast("Sequence[Any]", content):
                _fill(SubElement(element, _ITEMS[element.tag]), inner)
        case None:
            pass
        case _:
            element.text = str(content)
