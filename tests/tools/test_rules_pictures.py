"""docs/rules.md stays true: every setting with its default, every picture as it is drawn."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any, get_args

import msgspec
import pytest

from hub.anomalies.domain import Anomaly
from hub.plans.domain import AnyRule, Rule
from tools.rules_pictures import FOLDER, draw, play, scenes

ROOT = Path(__file__).parents[2]
DETECTORS: dict[str, type[msgspec.Struct]] = {
    str(rule.__struct_config__.tag): rule for rule in get_args(AnyRule)
}
COMMON = {field.encode_name for field in msgspec.structs.fields(Rule)}


def rows(section: str) -> dict[str, str]:
    """Default by setting, as one section's table tells it."""
    text = (ROOT / "docs/rules.md").read_text(encoding="utf-8")
    part = re.split(r"^## ", text, flags=re.MULTILINE)
    (found,) = [one for one in part if one.split("\n", 1)[0] == section]
    told: dict[str, str] = {}
    for line in re.findall(r"^\| `.*$", found, flags=re.MULTILINE):
        names, default = line.split("|")[1:3]
        told |= dict.fromkeys(re.findall(r"`(\w+)`", names), default.strip().strip("`"))
    return told


def shown(field: Any) -> str:
    if field.default is not msgspec.NODEFAULT:
        return "unset" if field.default is None else str(field.default)
    return "" if field.default_factory is msgspec.NODEFAULT else str(field.default_factory())


@pytest.mark.parametrize("detector", DETECTORS)
def test_every_setting_is_described_with_its_default(detector: str) -> None:
    fields = msgspec.structs.fields(DETECTORS[detector])
    own = {field.encode_name: shown(field) for field in fields if field.encode_name not in COMMON}
    assert rows(detector) == own


def test_the_settings_of_every_rule_are_described() -> None:
    assert rows("Every rule").keys() == COMMON | {"detector"}


def test_every_detector_has_a_picture_of_it_at_work() -> None:
    assert scenes().keys() == DETECTORS.keys()
    for name, scene in scenes().items():
        kinds = [type(finding) for finding in play(scene)]
        assert kinds.count(Anomaly) == 1, name
        file = ROOT / FOLDER / f"{name}.svg"
        assert file.read_text(encoding="utf-8") == draw(scene), (
            f"run python -m tools.rules_pictures ({name})"
        )
        assert file.stat().st_size < 30_000
