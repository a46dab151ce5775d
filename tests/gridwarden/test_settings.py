"""Settings come from one typed place and say what is wrong with them."""

from __future__ import annotations

from pathlib import Path

import pytest

from gridwarden.settings import SettingsError, describe, load_settings, setting_paths, variable_of


@pytest.fixture(autouse=True)
def own_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    for path, _ in setting_paths():
        monkeypatch.delenv(variable_of(path), raising=False)


def test_flags_win_over_environment_over_file_over_default(monkeypatch: pytest.MonkeyPatch) -> None:
    assert load_settings().hub.port == 8080
    Path("gridwarden.toml").write_text('[hub]\nport = 1000\nhost = "127.0.0.2"\n')
    assert load_settings().hub.port == 1000
    monkeypatch.setenv("GRIDWARDEN_HUB__PORT", "2000")
    assert load_settings().hub.port == 2000
    assert load_settings(flags={"hub": {"port": 3000}}).hub.port == 3000
    assert load_settings().hub.host == "127.0.0.2"


def test_each_line_says_where_its_value_came_from(monkeypatch: pytest.MonkeyPatch) -> None:
    Path("gridwarden.toml").write_text('site = "north"\n')
    monkeypatch.setenv("GRIDWARDEN_HUB__PORT", "2000")
    flags = {"data_dir": "elsewhere"}
    lines = {line.name: line for line in describe(load_settings(flags=flags), flags=flags)}
    sources = {name: lines[name].source for name in ("site", "hub.port", "data_dir", "hub.host")}
    assert sources == {
        "site": "file",
        "hub.port": "environment",
        "data_dir": "flag",
        "hub.host": "default",
    }


def test_secrets_are_hidden(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GRIDWARDEN_DATABASE__URL", "postgresql://u:hunter2@h/db")
    monkeypatch.setenv("GRIDWARDEN_PERSON_KEY", "hunter2hunter2hunter2")
    printed = "\n".join(" ".join(line) for line in describe(load_settings()))
    assert "hunter2" not in printed


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("[hub]\nprot = 1\n", "hub.prot: no such setting; did you mean hub.port?"),
        ("[hub]\nport = 70000\n", "hub.port"),
        ('[edge]\npoll_ms = "fast"\n', "edge.poll_ms"),
        ("hub = [", "is not TOML"),
        ('site = "a/b"\n', "site"),
        ('[broker]\nurl = "127.0.0.1:1883"\n', "broker.url: write mqtt://host:port"),
        ('[broker]\nurl = "http://127.0.0.1"\n', "broker.url: write mqtt://host:port"),
        ('[broker]\nurl = "mqtt://host:one"\n', "broker.url: write mqtt://host:port"),
        ('[database]\nurl = "sensors"\n', "database.url: write postgresql://"),
    ],
)
def test_a_wrong_settings_file_is_explained(text: str, says: str) -> None:
    Path("gridwarden.toml").write_text(text)
    with pytest.raises(SettingsError, match=says.replace("?", r"\?")) as refused:
        load_settings()
    assert "settings file gridwarden.toml" in str(refused.value)


def test_a_settings_file_that_was_named_must_exist() -> None:
    with pytest.raises(SettingsError, match=r"missing\.toml.*No such file"):
        load_settings(Path("missing.toml"))


def test_a_misspelt_variable_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GRIDWARDEN_HUB__PROT", "1")
    with pytest.raises(SettingsError, match="did you mean GRIDWARDEN_HUB__PORT"):
        load_settings()


def test_a_wrong_address_of_a_database_is_not_repeated(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GRIDWARDEN_DATABASE__URL", "hunter2@h/db")
    with pytest.raises(SettingsError, match="environment GRIDWARDEN_DATABASE__URL") as refused:
        load_settings()
    assert "hunter2" not in str(refused.value)


def test_a_user_in_the_brokers_address_is_refused_with_the_place_for_it(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("GRIDWARDEN_BROKER__URL", "mqtt://joe:hunter2@host:1883")
    with pytest.raises(SettingsError, match=r"broker\.username") as refused:
        load_settings()
    assert "hunter2" not in str(refused.value)


def test_every_setting_has_a_description() -> None:
    assert [path for path, description in setting_paths() if not description] == []
