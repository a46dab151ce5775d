"""Settings: one typed place, filled from flags, environment, file and defaults, in that order."""

from __future__ import annotations

import os
import tomllib
from collections.abc import Iterator, Mapping
from difflib import get_close_matches
from pathlib import Path
from typing import Annotated, Any, Literal, NamedTuple, cast
from urllib.parse import urlsplit

import psycopg
from psycopg.conninfo import conninfo_to_dict
from pydantic import AfterValidator, BaseModel, ConfigDict, Field, SecretStr, ValidationError
from pydantic_settings import (
    BaseSettings,
    InitSettingsSource,
    PydanticBaseSettingsSource,
    SettingsConfigDict,
)

from edge.settings import EdgeSettings
from hub.settings import HubSettings
from ingest.settings import IngestSettings

DEFAULT_FILE = Path("gridwarden.toml")
ENV_PREFIX = "GRIDWARDEN_"
ENV_DELIMITER = "__"
FILE_VARIABLE = f"{ENV_PREFIX}CONFIG"
SECRETS = {("person_key",), ("account_key",), ("database", "url"), ("broker", "password")}


class SettingsError(ValueError):
    """A setting that can't be used; the text names it, where it was set, and what to write."""


def _database_address(url: SecretStr) -> SecretStr:
    try:
        conninfo_to_dict(url.get_secret_value())
    except psycopg.ProgrammingError:  # its text quotes the address, password and all
        raise ValueError("write postgresql://user:password@host:port/database") from None
    return url


def _broker_address(url: str) -> str:
    try:
        parts = urlsplit(url)
        sound = parts.scheme in ("mqtt", "mqtts") and parts.hostname and parts.port != 0
    except ValueError:  # a port that is no number
        sound = False
    if not sound:
        raise ValueError("write mqtt://host:port or mqtts://host:port")
    if "@" in url:
        raise ValueError("name the user in broker.username and broker.password, not in the address")
    return url


class DatabaseSettings(BaseModel):
    """Which database to use."""

    model_config = ConfigDict(extra="forbid")

    url: Annotated[SecretStr, AfterValidator(_database_address)] | None = Field(
        None, description="postgresql://… of a PostgreSQL or TimescaleDB; without one, embedded"
    )


class BrokerSettings(BaseModel):
    """Which MQTT broker to use."""

    model_config = ConfigDict(extra="forbid")

    url: Annotated[str, AfterValidator(_broker_address)] | None = Field(
        None, description="mqtt://host:port; without one, embedded"
    )
    kind: Literal["auto", "mosquitto", "iotcore"] = Field(
        "auto", description="Which broker to embed; auto takes Mosquitto where it is installed"
    )
    username: str | None = Field(None, description="User name for the broker")
    password: SecretStr | None = Field(None, description="Password for the broker")
    ca_file: Path | None = Field(
        None, description="Authority (PEM) that the broker's certificate is of; else the machine's"
    )
    certificate: Path | None = Field(None, description="Our certificate (PEM) for the broker")
    key: Path | None = Field(None, description="The key (PEM) of our certificate")


class Settings(BaseSettings):
    """Everything that can be set. Environment: `GRIDWARDEN_HUB__PORT=9000`; file: `[hub] port`."""

    model_config = SettingsConfigDict(
        env_prefix=ENV_PREFIX, env_nested_delimiter=ENV_DELIMITER, extra="forbid"
    )

    site: str = Field(
        "campus", pattern=r"^[A-Za-z0-9._-]{1,64}$", description="Name of the site on the wire"
    )
    data_dir: Path = Field(Path(".gridwarden"), description="All data of this machine")
    person_key: SecretStr | None = Field(
        None, description="Key that hashes card numbers; without one, made once in data_dir"
    )
    account_key: SecretStr | None = Field(
        None,
        description="Key that second factors are kept under; without one, made once in data_dir",
    )
    database: DatabaseSettings = Field(default_factory=DatabaseSettings.model_construct)
    broker: BrokerSettings = Field(default_factory=BrokerSettings.model_construct)
    edge: EdgeSettings = Field(default_factory=EdgeSettings.model_construct)
    ingest: IngestSettings = Field(default_factory=IngestSettings.model_construct)
    hub: HubSettings = Field(default_factory=HubSettings.model_construct)


class SettingLine(NamedTuple):
    """One setting as `gridwarden settings` prints it."""

    name: str
    value: str
    source: str
    description: str


def load_settings(file: Path | None = None, flags: Mapping[str, Any] | None = None) -> Settings:
    """Settings from flags (nested mapping), environment, file and defaults.

    Without `file`, the one named by `GRIDWARDEN_CONFIG`, else `gridwarden.toml` in the working
    folder where it exists.

    Raises:
        SettingsError: the file is missing or not TOML, a name is unknown, a value does not fit.
    """
    path, document = _read_file(file)
    _refuse_unknown_variables()

    class Loaded(Settings):
        @classmethod
        def settings_customise_sources(
            cls,
            settings_cls: type[BaseSettings],
            init_settings: PydanticBaseSettingsSource,
            env_settings: PydanticBaseSettingsSource,
            dotenv_settings: PydanticBaseSettingsSource,
            file_secret_settings: PydanticBaseSettingsSource,
        ) -> tuple[PydanticBaseSettingsSource, ...]:
            return init_settings, env_settings, InitSettingsSource(settings_cls, document)

    try:
        return Loaded(**dict(flags or {}))
    except ValidationError as error:
        raise SettingsError(_explain(error, path, document)) from None


def describe(
    settings: Settings, *, file: Path | None = None, flags: Mapping[str, Any] | None = None
) -> list[SettingLine]:
    """Every setting with its value (secrets hidden), where it came from, and what it means."""
    _, document = _read_file(file)
    lines: list[SettingLine] = []
    for path, description in setting_paths():
        value: Any = settings
        for part in path:
            value = getattr(value, part)
        if _inside(flags or {}, path):
            source = "flag"
        elif variable_of(path) in os.environ:
            source = "environment"
        elif _inside(document, path):
            source = "file"
        else:
            source = "default"
        lines.append(SettingLine(".".join(path), _show(value), source, description))
    return lines


def setting_paths() -> Iterator[tuple[tuple[str, ...], str]]:
    """Path and description of every setting, in order of definition."""
    for name, field in Settings.model_fields.items():
        if isinstance(field.annotation, type) and issubclass(field.annotation, BaseModel):
            for inner, inner_field in field.annotation.model_fields.items():
                yield (name, inner), inner_field.description or ""
        else:
            yield (name,), field.description or ""


def variable_of(path: tuple[str, ...]) -> str:
    """The environment variable of a setting: `("hub", "port")` is `GRIDWARDEN_HUB__PORT`."""
    return ENV_PREFIX + ENV_DELIMITER.join(path).upper()


def _read_file(file: Path | None) -> tuple[Path, dict[str, Any]]:
    """Which file the settings are read from, and what it says; nothing if it need not be there."""
    named = file or (Path(os.environ[FILE_VARIABLE]) if os.environ.get(FILE_VARIABLE) else None)
    path = named or DEFAULT_FILE
    if named is None and not path.exists():
        return path, {}
    try:
        return path, tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise SettingsError(f"settings file {path}: {error.strerror}; name another") from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise SettingsError(f"settings file {path} is not TOML: {error}") from error


def _refuse_unknown_variables() -> None:
    known = {variable_of(path) for path, _ in setting_paths()} | {FILE_VARIABLE}
    for variable in sorted(os.environ):
        ours = variable.startswith(ENV_PREFIX) and not variable.startswith(f"{ENV_PREFIX}TEST_")
        if ours and variable not in known:
            raise SettingsError(f"environment {variable}: {_unknown(variable, known)}")


def _explain(error: ValidationError, file: Path, document: Mapping[str, Any]) -> str:
    known = {".".join(path) for path, _ in setting_paths()}
    parts: list[str] = []
    for problem in error.errors():
        path = tuple(str(part) for part in problem["loc"])
        name = ".".join(path)
        where = "setting"
        if variable_of(path) in os.environ:
            where = f"environment {variable_of(path)}"
        elif _inside(document, path):
            where = f"settings file {file}"
        if problem["type"] == "extra_forbidden":
            parts.append(f"{where}: {name}: {_unknown(name, known)}")
        else:
            secret = path in SECRETS or "@" in str(problem["input"])
            given = "" if secret else f", not {problem['input']!r}"
            what = problem["msg"].removeprefix("Value error, ")
            parts.append(f"{where}: {name}: {what}{given}")
    return "\n".join(parts)


def _unknown(name: str, known: set[str]) -> str:
    near = get_close_matches(name, known, n=1)
    hint = f"did you mean {near[0]}?" if near else "`gridwarden settings` lists all"
    return f"no such setting; {hint}"


def _inside(document: Mapping[str, Any], path: tuple[str, ...]) -> bool:
    value: Any = document
    for part in path:
        if not isinstance(value, Mapping) or part not in value:
            return False
        value = cast(Mapping[str, Any], value)[part]
    return True


def _show(value: object) -> str:
    if value is None:
        return "-"
    if isinstance(value, SecretStr):
        return "********"
    return str(value).lower() if isinstance(value, bool) else str(value)
