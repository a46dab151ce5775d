"""Config: an agent's file, which says who it is and what it reads.

agent = "cameras"

[[driver]]
kind = "camera"
device = "camera-1"
source = "gate.mp4"            # or rtsp://…; a file's path is relative to this file
loop = true
zones = [{name = "fire lane", kind = "fire_lane", polygon = [[0.1, 0.5], [0.9, 0.5], [0.9, 1]]}]
"""

from __future__ import annotations

import re
import tomllib
from difflib import get_close_matches
from pathlib import Path
from typing import Annotated, Any, TypeAlias, cast

import msgspec

from edge.wire import Identifier, Micros

Share = Annotated[float, msgspec.Meta(ge=0, le=1)]
Polygon = Annotated[list[tuple[Share, Share]], msgspec.Meta(min_length=3)]


class ConfigError(ValueError):
    """The agent's file cannot be used; the text names file, key and remedy."""


class ZoneSpec(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A part of a camera's picture; corners as shares of its width and height."""

    name: Annotated[str, msgspec.Meta(min_length=1)]
    kind: Identifier
    polygon: Polygon


class CameraSpec(
    msgspec.Struct, frozen=True, forbid_unknown_fields=True, tag_field="kind", tag="camera"
):
    """A camera: an address (`rtsp://…`) or a video file, and the zones to watch.

    `origin` is the event time at which a file's first picture was or will be taken; without it,
    when the agent opens the file. `report_s` is the time between two heartbeats. `memory` is a
    PNG file that keeps what clear lanes look like over a restart. `hidden` are polygons that nobody
    may see: they are blotted out of every picture before anything looks at it.
    """

    device: Identifier
    source: Annotated[str, msgspec.Meta(min_length=1)]
    loop: bool = False
    origin: Micros | None = None
    memory: str | None = None
    report_s: Annotated[float, msgspec.Meta(ge=1, le=3600)] = 5.0
    zones: list[ZoneSpec] = []
    hidden: list[Polygon] = []


class SimulatedSpec(
    msgspec.Struct, frozen=True, forbid_unknown_fields=True, tag_field="kind", tag="simulated"
):
    """The agent's share of the simulated campus; one demo's agents share all but `cache_dir`."""

    seed: int = 7
    speed: Annotated[float, msgspec.Meta(gt=0)] = 1.0
    origin: Micros | None = None
    cache_dir: str | None = None


DriverSpec: TypeAlias = CameraSpec | SimulatedSpec


class AgentFile(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The whole file; paths in it are absolute after `load_agent_file`.

    `poll_ms` and `report_s` win over the settings of these names.
    """

    agent: Identifier
    driver: Annotated[list[DriverSpec], msgspec.Meta(min_length=1)]
    poll_ms: Annotated[int, msgspec.Meta(ge=10, le=60_000)] | None = None
    report_s: Annotated[float, msgspec.Meta(gt=0, le=3600)] | None = None


def load_agent_file(path: Path) -> AgentFile:
    """Read and check an agent's file.

    Raises:
        ConfigError: not there, not TOML, a key unknown, missing or of the wrong kind.
    """
    try:
        text = path.read_text(encoding="utf-8")
    except OSError as error:
        raise ConfigError(f"{path}: {error.strerror}; name the agent's file") from error
    except UnicodeDecodeError as error:
        raise ConfigError(f"{path}: not a TOML file: {error}") from error
    return read_agent_file(text, path)


def read_agent_file(text: str, path: Path) -> AgentFile:
    """Check the text of an agent's file that stands, or is to stand, at `path`.

    Raises:
        ConfigError: not TOML, a key unknown, missing or of the wrong kind.
    """
    try:
        document = tomllib.loads(text)
    except (tomllib.TOMLDecodeError, RecursionError) as error:
        raise ConfigError(f"{path}: not a TOML file: {error}") from error
    try:
        loaded = msgspec.convert(document, AgentFile)
    except msgspec.ValidationError as error:
        raise ConfigError(f"{path}: {_explained(str(error), document)}") from error
    return msgspec.structs.replace(
        loaded, driver=[_anchored(spec, path.absolute().parent) for spec in loaded.driver]
    )


def _anchored(spec: DriverSpec, folder: Path) -> DriverSpec:
    """The driver's paths, relative to the folder of the agent's file, made absolute."""
    match spec:
        case CameraSpec(source=source, memory=memory):
            return msgspec.structs.replace(
                spec,
                source=source if "://" in source else str(folder / source),
                memory=str(folder / memory) if memory else None,
            )
        case SimulatedSpec(cache_dir=str(cache_dir)):
            return msgspec.structs.replace(spec, cache_dir=str(folder / cache_dir))
        case _:
            return spec


_PLACE = re.compile(r"(?P<what>.*?)(?: - at `(?:key in )?\$\.?(?P<where>.*)`)?", re.DOTALL)
_UNKNOWN = re.compile(r"Object contains unknown field `(?P<key>.*)`")
_MISSING = re.compile(r"Object missing required field `(?P<key>.*)`")
_KIND = re.compile(r"Invalid value '(?P<kind>.*)'")


def _explained(problem: str, document: dict[str, Any]) -> str:
    """msgspec's complaint with the key's place in the file first and what to write instead last."""
    found = _PLACE.fullmatch(problem)
    what, where = (found["what"], found["where"] or "") if found else (problem, "")
    known = _known_keys(where, document)
    if unknown := _UNKNOWN.fullmatch(what):
        close = get_close_matches(unknown["key"], known, 1)
        hint = f"write {close[0]!r}" if close else f"known here: {', '.join(known)}"
        return f"{_key(where, unknown['key'])} is unknown; {hint}"
    if missing := _MISSING.fullmatch(what):
        return f"{_key(where, missing['key'])} is missing; add it"
    if where.endswith(".kind") and (kind := _KIND.fullmatch(what)):
        return f"{where} {kind['kind']!r} is unknown; write 'camera' or 'simulated'"
    return f"{where or 'the file'}: {what}"


def _key(where: str, key: str) -> str:
    return f"{where}.{key}" if where else key


def _known_keys(where: str, document: dict[str, Any]) -> list[str]:
    struct: type[msgspec.Struct] = AgentFile
    if ".zones" in where:
        struct = ZoneSpec
    elif found := re.match(r"driver\[(\d+)\]", where):
        driver = cast("dict[str, Any]", document["driver"][int(found[1])])
        struct = SimulatedSpec if driver.get("kind") == "simulated" else CameraSpec
    keys = [field.encode_name for field in msgspec.structs.fields(struct)]
    return keys if struct in (AgentFile, ZoneSpec) else ["kind", *keys]
