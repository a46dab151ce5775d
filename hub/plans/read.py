"""Read a plan's TOML; what is misspelt is refused together with the name that was likely meant."""

from __future__ import annotations

import tomllib
from collections.abc import Iterable
from difflib import get_close_matches
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Any, cast, get_args

import msgspec

from hub.cases.lifecycle import CaseRules, with_shipped
from hub.cases.vocabulary import Action
from hub.plans.domain import AnyRule, Plan, PlanError

_PLAN_KEYS = tuple(field.encode_name for field in msgspec.structs.fields(Plan))
_DETECTORS: dict[str, type[msgspec.Struct]] = {
    str(kind.__struct_config__.tag): kind for kind in get_args(AnyRule)
}


def read_plan(text: str) -> Plan:
    """The plan in a TOML text; `check_plan` then says whether it may take effect.

    Raises:
        PlanError: not TOML, or a key is unknown, missing or of the wrong type.
    """
    try:
        fields = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise PlanError(f"the plan is not TOML: {error}") from error
    _refuse_unknown(fields, _PLAN_KEYS, "the plan")
    rules: object = fields.get("rules")
    if not isinstance(rules, dict):
        raise PlanError("the plan has no rules: add a table [rules.NAME] for each")
    for name, rule in cast(dict[str, Any], rules).items():
        _read_rule(name, rule)
    cases: object = fields.get("cases", {})
    if not isinstance(cases, dict):
        raise PlanError("[cases] is not a table")
    fields["cases"] = _read_cases(cast(dict[str, Any], cases))
    return _convert(fields, Plan, "the plan")


def read_plan_file(file: Path) -> Plan:
    """The plan in a file.

    Raises:
        PlanError: the file cannot be read, or `read_plan` refuses what is in it.
    """
    try:
        return read_plan(file.read_text(encoding="utf-8"))
    except OSError as error:
        raise PlanError(f"plan file {file}: {error.strerror}; name another (hub.plan)") from error
    except (PlanError, UnicodeDecodeError) as error:
        raise PlanError(f"plan file {file}: {error}") from error


@cache
def shipped_plan(name: str) -> Plan:
    """A plan of the library that comes with Gridwarden, such as `campus` or `demo`.

    Raises:
        PlanError: there is none of that name.
    """
    library = files("hub.plans").joinpath("library")
    names = sorted(
        file.name.removesuffix(".toml") for file in library.iterdir() if file.name.endswith(".toml")
    )
    if name not in names:
        raise PlanError(f"no plan {name} in the library{_meant(name, names)}")
    return read_plan(library.joinpath(f"{name}.toml").read_text(encoding="utf-8"))


def _read_rule(name: str, rule: object) -> None:
    where = f"rule {name}"
    if not isinstance(rule, dict):
        raise PlanError(f"{where} is not a table: write [rules.{name}]")
    keys = cast(dict[str, Any], rule)
    detector = keys.get("detector")
    if not isinstance(detector, str):
        raise PlanError(f"{where} needs a detector: one of {', '.join(sorted(_DETECTORS))}")
    if detector not in _DETECTORS:
        raise PlanError(f"{where}: no detector {detector}{_meant(detector, _DETECTORS)}")
    kind = _DETECTORS[detector]
    valid = [field.encode_name for field in msgspec.structs.fields(kind)]
    _refuse_unknown(keys, [*valid, "detector"], where)
    source = keys.get("source")
    if isinstance(source, dict):
        _refuse_unknown(cast(dict[str, Any], source), valid, f"the source of {where}")
    _convert(keys, kind, where)


def _read_cases(own: dict[str, Any]) -> dict[str, Any]:
    valid = [field.encode_name for field in msgspec.structs.fields(CaseRules)]
    _refuse_unknown(own, valid, "[cases]")
    actions: object = own.get("actions", {})
    if isinstance(actions, dict):
        names = cast(dict[str, Any], actions)
        _refuse_unknown(names, get_args(Action), "[cases.actions]")
    try:
        filled = with_shipped(own)
    except (TypeError, AttributeError) as error:
        raise PlanError(f"[cases]: write its parts as tables ({error})") from error
    _convert(filled, CaseRules, "[cases]")
    return filled


def _refuse_unknown(fields: dict[str, Any], valid: Iterable[str], where: str) -> None:
    for key in fields:
        if key not in (names := list(valid)):
            raise PlanError(f"{where}: unknown key {key}{_meant(key, names)}")


def _convert(fields: dict[str, Any], kind: type[Any], where: str) -> Any:
    try:
        return msgspec.convert(fields, kind)
    except msgspec.ValidationError as error:
        raise PlanError(f"{where}: {error}") from error


def _meant(name: str, valid: Iterable[str]) -> str:
    names = sorted(valid)
    close = get_close_matches(name, names, n=1)
    return f"; did you mean {close[0]}?" if close else f"; there are {', '.join(names)}"
