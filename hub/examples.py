"""Examples: a body that a route takes, put together from what its schema says of each field. Pure.

A field's own example comes first; else its constant, first choice, default or a value of its form.
Fields that may be left out are left out unless they have an example of their own.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, cast

_DEEPEST = 8  # ours: no body of ours is deeper; ends one that holds itself
_BY_FORMAT = {"date-time": "2026-11-22T08:15:30.250Z", "date": "2026-11-22", "time": "08:15:30"}
_BY_PATTERN = {
    r"^[0-9a-f]{64}$": "5f" * 32,
    r"^([0-9a-f]{64}|case:[1-9][0-9]{0,17})$": "case:123",
    r"^[A-Za-z0-9._-]{1,64}$": "C-1-03",
}

_BY_NAME = {
    "agent": "agent-1",
    "cooperating": "water_company",
    "current": "the password until now",
    "en": "North gate",
    "ends": "2026-11-29T08:15:30.250Z",
    "file": "agent.toml",
    "goals": "No case older than its deadline.",
    "grid": "C-1-03",
    "index_persons": "7305412936",
    "name": "warden.west",
    "new": "a longer one from now on",
    "note": "Walked all floors with the list.",
    "part": "exits",
    "password": "correct horse battery staple",
    "person": "p-wang-01",
    "reason": "Two buildings were joined.",
    "to": "2026-11-29T08:15:30.250Z",
    "zh": "北门",
}

Schema = Mapping[str, Any]


def example_of(
    schema: Schema, components: Mapping[str, Schema], name: str = "", depth: int = 0
) -> Any:
    """A value that fits the schema; `components` are the schemas that it may refer to by name.

    `name` is the field's, for a text of its kind.
    """
    schema = resolved(schema, components)
    if "example" in schema:
        return schema["example"]
    if schema.get("examples"):
        return schema["examples"][0]
    if "const" in schema:
        return schema["const"]
    if "enum" in schema:
        return schema["enum"][0]
    choices = schema.get("anyOf") or schema.get("oneOf")
    if choices:
        return example_of(_first_real(choices), components, name, depth)
    match schema.get("type"):
        case "object":
            return _object(schema, components, depth)
        case "array":
            return _array(schema, components, name, depth)
        case "string":
            return _string(schema, name)
        case "boolean":
            return schema.get("default", True)
        case "integer" | "number":
            return _number(schema)
        case _:
            return schema.get("default")


def resolved(schema: Schema, components: Mapping[str, Schema]) -> Schema:
    """The schema itself, or the one that it refers to with what is said beside."""
    while "$ref" in schema:
        beside = {name: value for name, value in schema.items() if name != "$ref"}
        schema = {**components[schema["$ref"].rsplit("/", 1)[1]], **beside}
    return schema


def _object(schema: Schema, components: Mapping[str, Schema], depth: int) -> dict[str, Any]:
    if depth >= _DEEPEST:
        return {}
    needed = schema.get("required", ())
    return {
        field: example_of(inner, components, field, depth + 1)
        for field, inner in cast("Mapping[str, Schema]", schema.get("properties", {})).items()
        if field in needed or _has_own(inner, components)
    }


def _array(schema: Schema, components: Mapping[str, Schema], name: str, depth: int) -> list[Any]:
    if depth >= _DEEPEST:
        return []
    pair = schema.get("prefixItems")
    if pair is not None:
        return [example_of(one, components, name, depth + 1) for one in pair]
    return [example_of(schema.get("items", {}), components, name, depth + 1)]


def _has_own(schema: Schema, components: Mapping[str, Schema]) -> bool:
    schema = resolved(schema, components)
    return bool(schema.get("examples")) or "example" in schema


def _first_real(choices: list[Schema]) -> Schema:
    return next((one for one in choices if one.get("type") != "null"), choices[0])


def _string(schema: Schema, name: str) -> str:
    if isinstance(schema.get("default"), str) and schema["default"]:
        return schema["default"]
    if name in _BY_NAME:
        return _BY_NAME[name]
    known = _BY_FORMAT.get(schema.get("format", "")) or _BY_PATTERN.get(schema.get("pattern", ""))
    return known or "text".ljust(schema.get("minLength", 0), "-")


def _number(schema: Schema) -> float:
    low = schema.get("minimum", schema.get("exclusiveMinimum", 0) + 1)
    high = schema.get("maximum", schema.get("exclusiveMaximum"))
    number = schema.get("default") or low
    number = number if high is None else min(number, high)
    return int(number) if schema["type"] == "integer" else number
