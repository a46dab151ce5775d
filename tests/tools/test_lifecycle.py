"""The picture and the table of docs/cases.md are those of the code."""

from __future__ import annotations

from typing import get_args
from xml.etree.ElementTree import fromstring

from hub.cases.graph import ways
from hub.cases.lifecycle import shipped_rules
from hub.cases.vocabulary import Stage
from tools.lifecycle import ANYWHERE, PAGE, PICTURE, ROWS, drawing, main, written

RULES = shipped_rules()


def test_the_page_shows_the_present_lifecycle() -> None:
    """CA-01: run `python -m tools.lifecycle` after changing it."""
    assert main(["--check"]) == 0
    assert PICTURE.read_text("utf-8") == drawing(RULES)
    page = PAGE.read_text("utf-8")
    assert written(page, RULES) == page


def test_every_stage_and_every_way_is_drawn() -> None:
    assert set(ROWS) == set(get_args(Stage))
    drawn = "".join(fromstring(drawing(RULES)).itertext())
    for way in ways(RULES):
        assert way.by in ANYWHERE or way.by.replace("_", " ") in drawn
