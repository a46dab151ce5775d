"""Replay: an access log of another system into the store, with a progress bar."""

from __future__ import annotations

from pathlib import Path

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from edge.replay import CarryError, ReplayResult, replay_swipes
from edge.swipe_log import SwipeColumns, SwipeLogError
from gridwarden.context import Context
from gridwarden.errors import GridwardenError

ROLES = ("time", "card", "reader", "direction", "granted")
NEEDED = ("time", "card", "reader")
EXAMPLE = "time=timestamp,card=prox-id,reader=floor+zone"


def parse_columns(text: str, *, time_format: str | None, time_zone: str) -> SwipeColumns:
    """Which column is what, from `time=…,card=…,reader=…[+…][,direction=…][,granted=…]`.

    Raises:
        GridwardenError: a part is not of that form, unknown, given twice, or missing.
    """
    roles: dict[str, str] = {}
    for part in text.split(","):
        role, equals, column = (piece.strip() for piece in part.partition("="))
        if not equals or not column or role not in ROLES:
            raise GridwardenError(
                f"--columns: {part!r} is none of {', '.join(ROLES)}; e.g. {EXAMPLE}"
            )
        if role in roles:
            raise GridwardenError(f"--columns: {role} is given twice; join readers with +")
        roles[role] = column
    missing = [role for role in NEEDED if role not in roles]
    if missing:
        raise GridwardenError(f"--columns: {', '.join(missing)} missing; e.g. {EXAMPLE}")
    return SwipeColumns(
        time=roles["time"],
        card=roles["card"],
        reader=tuple(column.strip() for column in roles["reader"].split("+")),
        direction=roles.get("direction"),
        granted=roles.get("granted"),
        time_format=time_format,
        time_zone=time_zone,
    )


def replay_file(context: Context, file: Path, columns: SwipeColumns) -> ReplayResult:
    """Publish every record of the log and wait until the store has them all.

    Raises:
        GridwardenError: the log can't be read, or the store did not acknowledge it.
    """
    settings = context.settings
    try:
        with progress_bar() as bar, file.open("rb") as lines:
            task = bar.add_task(file.name, total=max(0, sum(1 for _ in lines) - 1))
            return replay_swipes(
                file,
                columns,
                settings.edge,
                site=settings.site,
                broker_url=context.broker_url,
                username=settings.broker.username,
                password=context.broker_password,
                tls=context.broker_tls,
                progress=lambda done: bar.update(task, completed=done),
            )
    except OSError as error:
        raise GridwardenError(f"{file}: {error.strerror}") from error
    except (SwipeLogError, CarryError, ValueError) as error:
        raise GridwardenError(str(error)) from error


def progress_bar(console: Console | None = None) -> Progress:
    """The bar that every long command shows, on standard error."""
    return Progress(
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeRemainingColumn(),
        console=console or Console(stderr=True),
    )
