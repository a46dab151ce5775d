"""PDF: the sheet of a case set by typst, with fonts of this machine and nothing fetched."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Mapping
from importlib.resources import files
from pathlib import Path
from typing import Any

import typst

from edge.wire import Micros
from hub.casefile.fonts import families_for, known

_TEMPLATE = "case.typ"


def pdf(sheet: dict[str, Any], images: Mapping[str, bytes], at: Micros) -> bytes:
    """The sheet as PDF; the same sheet and images at the same time are the same bytes.

    Takes a processor for some tenths of a second: not for an event loop.

    Raises:
        NoChineseFontError: it has Chinese text, and the machine no font for it.
    """
    text = json.dumps(sheet, ensure_ascii=False)
    whole = json.dumps(sheet | {"fonts": families_for(text)}, ensure_ascii=False)
    with tempfile.TemporaryDirectory(prefix="gw-case-") as name:
        folder = Path(name)
        folder.joinpath("case.json").write_text(whole, encoding="utf-8")
        for image, content in images.items():
            folder.joinpath(image).write_bytes(content)
        main = folder / _TEMPLATE
        main.write_bytes(files("hub.casefile").joinpath(_TEMPLATE).read_bytes())
        return typst.compile(
            main, root=folder, font_paths=known(), format="pdf", timestamp=at // 1_000_000
        )
