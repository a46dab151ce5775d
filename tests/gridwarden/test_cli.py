"""Every command says in one whole line what it does; the reference holds all of them."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
import typer

from gridwarden.cli import app
from gridwarden.settings import setting_paths, variable_of

ROOT = Path(__file__).parents[2]
TERMINAL = {"COLUMNS": "80", "PATH": "/usr/bin:/bin"}


def commands() -> Iterator[tuple[str, ...]]:
    root = typer.main.get_command(app)
    for name, command in root.commands.items():  # type: ignore[attr-defined]
        yield (name,)
        for inner in getattr(command, "commands", {}):
            yield (name, inner)


@pytest.mark.parametrize(
    "group", [(), ("hub",), ("replay",), ("site",), ("shutoff",)], ids=" ".join
)
def test_help_shows_each_command_with_one_whole_line(group: tuple[str, ...]) -> None:
    words = [sys.executable, "-m", "gridwarden", *group, "--help"]
    shown = subprocess.run(words, capture_output=True, text=True, check=True, env=TERMINAL).stdout
    listed = shown.partition("Commands:")[2].strip().splitlines()
    assert listed
    assert [line for line in listed if "..." in line or len(line.split()) < 3] == []


@pytest.mark.parametrize("command", list(commands()), ids=" ".join)
def test_every_command_stands_in_the_reference(command: tuple[str, ...]) -> None:
    assert f"`gridwarden {' '.join(command)}" in (ROOT / "docs/reference.md").read_text()


def test_every_setting_stands_in_the_reference_with_its_meaning() -> None:
    text = (ROOT / "docs/reference.md").read_text()
    missing = [
        path
        for path, meaning in setting_paths()
        if f"| `{'.'.join(path)}` | `{variable_of(path)}` |" not in text or meaning not in text
    ]
    assert missing == []
