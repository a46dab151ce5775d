"""What the commands on accounts share: work on the store that is noted in the audit log."""

from __future__ import annotations

import getpass
from collections.abc import Awaitable, Callable
from typing import Annotated, Any, TypeVar

import psycopg
import typer

from gridwarden.context import context_of
from gridwarden.errors import told
from gridwarden.store import on_store
from hub.accounts import store
from hub.accounts.domain import Account, AccountError, folded
from hub.audit.domain import Entry
from hub.audit.store import note
from ingest import clock

T = TypeVar("T")
_LOOKING = frozenset({"list", "show"})
Conn = psycopg.AsyncConnection[Any]
Named = Annotated[str, typer.Argument(metavar="NAME", help="What one signs in with")]


def run_noted(
    context: typer.Context, work: Callable[[Conn], Awaitable[T]], action: str | None = None
) -> T:
    """Do the work of a command, and note it in the audit log if it may change something.

    `action` is its name there, where the command's own says too little.
    """
    command, name = action or context.info_name, context.params.get("name")

    async def noted(conn: Conn) -> T:
        done = await work(conn)
        if command not in _LOOKING:
            entry = Entry(
                at=clock.now(), actor=by(), action=f"command.user.{command}",
                subject=f"account:{folded(name or '')}", data={},
            )  # fmt: skip
            await note(conn, entry)
        return done

    with told(AccountError):
        return on_store(context_of(context).database_url, noted)


async def named(conn: Conn, name: str) -> Account:
    """The account of that name.

    Raises:
        AccountError: there is none.
    """
    found = await store.find_named(conn, folded(name))
    if found is None:
        raise AccountError(f"there is no account {folded(name)}; see `gridwarden user list`")
    return found


def by() -> str:
    """Who runs the command, for the audit log."""
    return f"command:{getpass.getuser()}"
