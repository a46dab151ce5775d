"""The doctor on this machine, with real services and with missing ones."""

from __future__ import annotations

import socket
from pathlib import Path

import pytest
from pydantic import SecretStr

from gridwarden.doctor import Check, examine
from gridwarden.settings import BrokerSettings, DatabaseSettings, Settings


def by_name(settings: Settings) -> dict[str, Check]:
    return {check.name: check for check in examine(settings)}


@pytest.fixture
def closed_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as server:
        return int(server.getsockname()[1])


def test_a_machine_that_runs_the_tests_is_fit_for_the_embedded_default(tmp_path: Path) -> None:
    checks = by_name(Settings(data_dir=tmp_path / "data"))
    assert [check for check in checks.values() if check.state == "fail"] == []
    assert "embedded" in checks["database"].found
    assert "embedded" in checks["broker"].found
    assert "socket path" in checks
    assert not (tmp_path / "data").exists()


def test_the_services_in_the_settings_are_asked(database_url: str, broker_url: str) -> None:
    checks = by_name(
        Settings(
            database=DatabaseSettings(url=SecretStr(database_url)),
            broker=BrokerSettings(url=broker_url),
        )
    )
    assert checks["database"].state != "fail"  # an older server may be a warning
    assert "database" in checks["clock"].found
    assert checks["broker"].found == "MQTT 5 at 127.0.0.1"


def test_services_that_do_not_answer_fail_with_a_remedy(closed_port: int) -> None:
    checks = by_name(
        Settings(
            database=DatabaseSettings(
                url=SecretStr(f"postgresql://nobody@127.0.0.1:{closed_port}/none")
            ),
            broker=BrokerSettings(url=f"mqtt://127.0.0.1:{closed_port}"),
        )
    )
    for name in ("database", "broker"):
        assert checks[name].state == "fail"
        assert checks[name].remedy
