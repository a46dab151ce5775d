"""Roles: which rights each carries: the templates that we ship, and what a plan says instead."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator, Mapping
from difflib import get_close_matches
from functools import cache
from importlib.resources import files
from typing import TypeAlias, cast

import msgspec

from hub.rights.domain import RIGHTS, ROLES, AddedRole, Right, RoleName, RoleRights
from hub.sites.domain import Name
from hub.sites.roles import TITLES

Templates: TypeAlias = Mapping[RoleName, frozenset[Right]]

ADDED_TITLES: dict[AddedRole, Name] = {
    "administrator": Name("Administrator", "系统管理员"),
    "upper_auditor": Name("Auditor from above", "上级监督员"),
    "internal_auditor": Name("Internal auditor", "内部监督员"),
    "social_auditor": Name("Social auditor", "社会监督员"),
    "outside_auditor": Name("Public auditor", "公众监督员"),
    "police_query": Name("Police inquiry", "公安查询"),
    "health_query": Name("Health inquiry", "卫健查询"),
    "payer": Name("Payer of rewards", "奖励发放员"),
}


class TemplateError(ValueError):
    """The templates can't be taken; the text says what to mend."""


@cache
def shipped_templates() -> Templates:
    """What each role may do unless the plan says otherwise.

    Raises:
        TemplateError: a role has no template, or a name is no right or no role.
    """
    text = files("hub.rights").joinpath("templates.toml").read_text(encoding="utf-8")
    roles = msgspec.convert(tomllib.loads(text)["roles"], dict[str, RoleRights])
    wrong = list(wrong_roles(roles))
    wrong += [f"role {role} has no template" for role in ROLES if role not in roles]
    if wrong:
        raise TemplateError("; ".join(wrong))
    return _taken(roles)


def templates_with(roles: Mapping[str, RoleRights]) -> Templates:
    """The shipped templates, with those of a plan in the place of ours."""
    return {**shipped_templates(), **_taken(roles)}


def wrong_roles(roles: Mapping[str, RoleRights]) -> Iterator[str]:
    """What is wrong with the names in a table of roles."""
    for name, role in roles.items():
        if name not in ROLES:
            yield f"there is no role {name}{_meant(name, ROLES)}"
        for right in role.rights:
            if right not in RIGHTS:
                yield f"role {name}: there is no right {right}{_meant(right, RIGHTS)}"


def role_title(role: RoleName) -> Name:
    """What a role is called."""
    titles = {**TITLES, **ADDED_TITLES}
    return titles[role]


def _taken(roles: Mapping[str, RoleRights]) -> Templates:
    return cast(Templates, {name: frozenset(role.rights) for name, role in roles.items()})


def _meant(name: str, valid: tuple[str, ...]) -> str:
    close = get_close_matches(name, valid, n=1)
    return f"; did you mean {close[0]}?" if close else ""
