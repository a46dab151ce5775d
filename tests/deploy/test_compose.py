"""docker-compose.yml describes the system that the code is."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
import typer
import yaml

from gridwarden.cli import app
from gridwarden.settings import load_settings, setting_paths, variable_of

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def services() -> dict[str, Any]:
    return yaml.safe_load((ROOT / "docker-compose.yml").read_text(encoding="utf-8"))["services"]


def test_it_runs_timescaledb_mosquitto_grafana_and_our_parts(services: dict[str, Any]) -> None:
    images = {name: service["image"].split(":")[0] for name, service in services.items()}
    assert images["database"] == "timescale/timescaledb"
    assert images["broker"] == "eclipse-mosquitto"
    assert images["grafana"] == "grafana/grafana"
    assert {name for name, image in images.items() if image == "gridwarden"} == {
        "migrate",
        "ingest",
        "hub",
        "agent",
        "keys",
    }


def as_compose_would_fill_in(value: str) -> str:
    return re.sub(r"\$\{\w+:\?[^}]*\}", "s" * 32, value)


def test_every_setting_it_uses_exists_and_fits(
    services: dict[str, Any], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.chdir(tmp_path)
    known = {variable_of(path) for path, _ in setting_paths()}
    used: dict[str, str] = {}
    for service in services.values():
        if service["image"].startswith("gridwarden"):
            used |= service.get("environment", {})
    assert used
    assert set(used) <= known
    for variable, value in used.items():
        monkeypatch.setenv(variable, as_compose_would_fill_in(value))
    assert load_settings().hub.allow_remote


def test_every_command_it_runs_exists(services: dict[str, Any]) -> None:
    root = typer.main.get_command(app)
    for service in services.values():
        command = service.get("command")
        if command is None or not service["image"].startswith("gridwarden"):
            continue
        assert command[0] == "gridwarden"
        found: Any = root
        for word in command[1:]:
            if word.startswith("-"):
                break
            found = found.commands[word]


def test_every_file_it_mounts_exists(services: dict[str, Any]) -> None:
    operators_own = {"./site", "./agents", "./keys"}
    for service in services.values():
        for volume in service.get("volumes", []):
            source = volume.split(":")[0]
            if source.startswith("./") and f"./{Path(source).parts[0]}" not in operators_own:
                assert (ROOT / source).exists(), source


def test_only_what_asks_who_comes_is_published_beyond_loopback(services: dict[str, Any]) -> None:
    ports = {name: service.get("ports", []) for name, service in services.items()}
    assert ports.pop("broker") == ["8883:8883", "8885:8885"]
    assert any(ports.values())
    assert all(port.startswith("127.0.0.1:") for each in ports.values() for port in each)


def test_each_part_has_its_own_login_at_the_broker(services: dict[str, Any]) -> None:
    logins = {
        volume.split(":")[0]: name
        for name, service in services.items()
        for volume in service.get("volumes", [])
        if volume.startswith("./keys")
    }
    assert logins == {
        "./keys": "keys",
        "./keys/broker": "broker",
        "./keys/services/ingest": "ingest",
        "./keys/services/hub": "hub",
    }
