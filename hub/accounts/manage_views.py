"""Views of managing accounts."""

from __future__ import annotations

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from hub.accounts.domain import Account, Session
from hub.accounts.manage import Granted, ListedAccount
from hub.accounts.views import (
    HeldRoleView,
    SessionView,
    SignInName,
    reach_view,
    role_view,
    session_view,
)
from hub.directory import Directory
from hub.rights.domain import Actor, Right, RoleName
from hub.rights.roles import role_title
from hub.sites.routes import NameView
from hub.views import Asked, Id, Instant, PersonRef, instant, name_view, person_view
from ingest import clock


class Invitation(BaseModel):
    """Who is to get an account: a person of the site, or somebody from outside."""

    model_config = ConfigDict(extra="forbid")

    name: SignInName
    person: Id | None = Field(None, description="The person of the site that acts, if any")
    display: Annotated[str, StringConstraints(max_length=100, pattern=r"^[^\x00]*$")] = ""


class GrantOrder(BaseModel):
    """A role to be given: where and for how long."""

    model_config = ConfigDict(extra="forbid")

    role: RoleName
    grid: Id | None = Field(None, description="With all below it; the whole site, if left out")
    starts: Asked | None = Field(None, description="Now, if left out")
    ends: Asked | None = Field(None, description="For good, if left out")


class StateOrder(BaseModel):
    """Whether nobody shall be let in with the account."""

    model_config = ConfigDict(extra="forbid")

    disabled: bool


class AccountLine(BaseModel):
    """An account in the list; `invited` is until when its one-time code can be used."""

    id: int
    name: str
    display: str
    person: PersonRef | None
    demo: bool
    disabled: Instant | None
    has_password: bool
    invited: Instant | None
    made: Instant
    seen: Instant | None


class GrantView(BaseModel):
    """A role that was given."""

    id: int
    role: RoleName
    title: NameView
    grid: str | None
    starts: Instant
    ends: Instant | None
    granted_by: str
    granted: Instant


class AccountFile(BaseModel):
    """An account: what it may do now, what was granted to it, and where it is signed in."""

    account: AccountLine
    made_by: str
    roles: list[HeldRoleView]
    rights: dict[Right, list[str]]
    grants: list[GrantView]
    sessions: list[SessionView]


class CodeView(BaseModel):
    """A one-time code; it is shown this once."""

    code: str
    until: Instant


class Invited(BaseModel):
    """A new account, and the code to be handed over."""

    account: AccountFile
    code: CodeView


def account_line(one: ListedAccount, directory: Directory) -> AccountLine:
    """An account in the list."""
    account = one.account
    return AccountLine(
        id=account.id,
        name=account.name,
        display=account.display,
        person=None if account.person is None else person_view(account.person, directory),
        demo=account.demo,
        disabled=instant(account.disabled),
        has_password=account.has_password,
        invited=instant(account.invited),
        made=clock.moment(account.made),
        seen=instant(one.seen),
    )


def account_file(
    account: Account,
    actor: Actor,
    grants: list[Granted],
    sessions: list[Session],
    directory: Directory,
) -> AccountFile:
    """Everything about an account."""
    seen = max((one.seen for one in sessions), default=None)
    return AccountFile(
        account=account_line(ListedAccount(account, seen), directory),
        made_by=account.made_by,
        roles=[role_view(one) for one in actor.roles],
        rights={right: reach_view(reach) for right, reach in sorted(actor.scopes.items())},
        grants=[
            GrantView(
                id=one.id,
                role=one.role,
                title=name_view(role_title(one.role)),
                grid=one.grid,
                starts=clock.moment(one.starts),
                ends=instant(one.ends),
                granted_by=one.granted_by,
                granted=clock.moment(one.granted),
            )
            for one in grants
        ],
        sessions=[session_view(one, None) for one in sessions],
    )
