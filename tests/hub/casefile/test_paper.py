"""The printed file: fonts, words, plots and pictures."""

from __future__ import annotations

import re
from pathlib import Path
from typing import get_args
from xml.etree.ElementTree import fromstring
from zoneinfo import ZoneInfo

import cv2
import numpy as np
import pytest
import typst
from hypothesis import given, settings
from hypothesis import strategies as st

from hub.anomalies.domain import KNOWN_KINDS
from hub.casefile import fonts
from hub.casefile.excerpt import Excerpt, plot, table
from hub.casefile.shrink import LONGEST_SIDE, pixels, shrunk
from hub.casefile.words import Words
from hub.cases.domain import EventName, Stage
from hub.sites.domain import Name
from tests.hub.casefile.conftest import Filed

PAGE = Path(__file__).parents[3] / "hub/desk/src/i18n"


@pytest.mark.parametrize("language", ["en", "zh"])
def test_kinds_states_and_events_are_called_as_on_the_page(language: str) -> None:
    words = Words(language, {})  # type: ignore[arg-type]
    page = (PAGE / f"{language}.ts").read_text(encoding="utf-8")
    tables = (
        (words.event, "events", get_args(EventName)),
        (words.state, "states", get_args(Stage)),
        (words.kind, "caseKinds", KNOWN_KINDS),
    )
    for called, heading, all_words in tables:
        section = page.partition(f"\n  {heading}: {{")[2].partition("\n  }")[0]
        shown = dict(re.findall(r'^\s+(\w+): "(.*)",$', section, re.MULTILINE))
        for word in all_words:
            assert called(word) != word
            assert shown.get(word, called(word)) == called(word)


def test_a_reporter_is_a_number_and_the_hub_has_a_name() -> None:
    words = Words("en", {"own": Name(en="Own kind", zh="自定")})
    assert words.actor("reporter:12", None) == "Reporter 12"
    assert words.actor("system:sensor", None) == "Sensor"
    assert words.actor("system:unheard_of", None) == "Hub"
    assert words.actor("p-west", Name(en="West", zh="西")) == "West"
    assert (words.kind("own"), words.kind("else")) == ("Own kind", "else")


def test_without_a_chinese_font_the_export_says_what_to_install(
    filed: Filed, monkeypatch: pytest.MonkeyPatch
) -> None:
    """CA-22 in part: no boxes instead of characters."""
    bare = typst.Fonts(include_system_fonts=False)
    monkeypatch.setattr(fonts, "known", lambda: bare)
    answer = filed.hub.client.get(f"/api/cases/{filed.case}/file.pdf")
    assert answer.status_code == 503
    assert "fonts-wqy-microhei" in answer.json()["detail"]
    packed = filed.hub.client.get(f"/api/cases/{filed.case}/file.zip")
    assert packed.status_code == 200
    assert b"no-pdf.txt" in packed.content
    assert fonts.families_for("plain text") == ["Libertinus Serif"]


def excerpt(values: list[float], limit: float | None = 0.14) -> Excerpt:
    time = 1.7e9 + 5.0 * np.arange(len(values), dtype=np.float64)
    column = np.array(values, dtype=np.float64)
    return Excerpt(device="d", quantity="q", unit="MPa", limit=limit, time=time, value=column)


@settings(max_examples=50)
@given(st.lists(st.floats(-1e9, 1e9), max_size=30), st.none() | st.floats(-1e9, 1e9))
def test_any_series_can_be_drawn_within_the_picture(
    values: list[float], limit: float | None
) -> None:
    svg = fromstring(plot(excerpt(values, limit), ZoneInfo("Asia/Shanghai")))
    for line in svg.findall("{*}polyline"):
        pairs = [pair.split(",") for pair in line.get("points", "").split()]
        assert all(0 <= float(x) <= 760 and 0 <= float(y) <= 220 for x, y in pairs)


def test_rolled_up_stretches_tell_their_least_and_greatest() -> None:
    column = np.array([1.0, 2.0])
    rolled = Excerpt(
        device="d", quantity="q", unit="", limit=None, time=np.array([0.0, 60.0]), value=column,
        low=column - 1, high=column + 1, step_s=60,
    )  # fmt: skip
    lines = table(rolled).decode().splitlines()
    assert lines[:2] == ["time,mean of 60 s,least,greatest", "1970-01-01T00:00:00.000Z,1.0,0.0,2.0"]
    assert fromstring(plot(rolled, ZoneInfo("UTC"))).find("{*}polygon") is not None


@pytest.mark.parametrize("suffix", [".jpg", ".png", ".webp"])
def test_a_picture_is_printed_small_and_its_size_known_beforehand(suffix: str) -> None:
    image = np.random.default_rng(1).integers(0, 255, (600, 1500, 3), dtype=np.uint8)
    content = cv2.imencode(suffix, image)[1].tobytes()
    assert pixels(content) == (1500, 600)
    small = shrunk(content)
    assert small is not None
    assert pixels(small) == (LONGEST_SIDE, 400)
    assert shrunk(content[:40]) is None


def test_a_picture_that_would_fill_the_memory_is_not_decoded() -> None:
    header = b"\x89PNG\r\n\x1a\n" + b"\0\0\0\rIHDR" + (60_000).to_bytes(4, "big") * 2
    assert pixels(header) == (60_000, 60_000)
    assert shrunk(header) is None
