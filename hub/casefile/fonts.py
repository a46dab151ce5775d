"""Fonts: one that has the Chinese characters, out of those that the system has."""

from __future__ import annotations

import re
from functools import cache

import typst

INSTALL = "fonts-wqy-microhei or fonts-noto-cjk"  # Debian's and Ubuntu's names
# Sans before serif, regional forms of the mainland before others.
_CHINESE = (
    "Noto Sans CJK SC",
    "Noto Sans SC",
    "Source Han Sans SC",
    "Source Han Sans CN",
    "WenQuanYi Micro Hei",
    "WenQuanYi Zen Hei",
    "Microsoft YaHei",
    "PingFang SC",
    "Heiti SC",
    "SimHei",
    "DengXian",
    "HarmonyOS Sans SC",
    "Droid Sans Fallback",
    "Noto Serif CJK SC",
    "Source Han Serif SC",
    "SimSun",
    "AR PL UMing CN",
    "AR PL UKai CN",
)
_LATIN = "Libertinus Serif"  # comes with typst
_IDEOGRAPH = re.compile("[\u3000-\u30ff\u3400-\u9fff\uf900-\ufaff\uff00-\uffef]")


class NoChineseFontError(Exception):
    """There is Chinese text and no font for it; the text says what to install."""

    def __init__(self) -> None:
        super().__init__(f"No font of this machine has Chinese characters: install {INSTALL}.")


@cache
def known() -> typst.Fonts:
    """The fonts of the system and those that come with typst; looked for once per start."""
    return typst.Fonts()


def chinese() -> str | None:
    """The family that Chinese text is set in, if there is one."""
    families = set(known().families())
    return next((one for one in _CHINESE if one in families), None)


def families_for(text: str) -> list[str]:
    """The families that a text is set in.

    Raises:
        NoChineseFontError: it has Chinese characters and no font has them.
    """
    found = chinese()
    if found is None and _IDEOGRAPH.search(text):
        raise NoChineseFontError
    return [_LATIN] if found is None else [found, _LATIN]
