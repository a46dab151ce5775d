"""Commands on the audit log: verify all of it, or a file of it; write such a file."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Awaitable, Callable, Iterator
from datetime import datetime
from pathlib import Path
from typing import Annotated, Any, TypeVar

import psycopg
import typer
from rich.console import Console
from rich.progress import Progress

from gridwarden.context import context_of
from gridwarden.errors import GridwardenError
from hub.audit import store
from hub.audit.domain import Break, Head, SealedEntry, breaks
from hub.audit.exported import (
    NoAuditFileError,
    end_line,
    entry_line,
    read_entries,
    read_start,
    start_line,
)
from hub.audit.walks import found_whole
from ingest import clock

app = typer.Typer(no_args_is_help=True, help="The audit log: who did what.")

T = TypeVar("T")
MOST_TOLD = 20  # breaks printed; ours: behind the first, one look at the whole is needed anyway
_KEPT = re.compile(r"(\d+):([0-9a-f]{64})")
_DAYS = ["%Y-%m-%d", "%Y-%m-%dT%H:%M:%S", "%Y-%m-%dT%H:%M:%S%z"]


@app.command("verify")
def verify(
    context: typer.Context,
    file: Annotated[
        Path | None, typer.Argument(help="An exported file; without one, the database's log")
    ] = None,
    kept: Annotated[
        str | None, typer.Option(help="A head noted earlier, NUMBER:HASH; it must be there still")
    ] = None,
) -> None:
    """Check every entry of the audit log; name the altered, missing or inserted one.

    Prints the log's head. Note it somewhere else: with --kept it shows later that nothing was cut
    off or written anew. Exits 1 if anything is amiss.
    """
    head = None if kept is None else _parse(kept)
    if file is None:
        found, last, here = _run(context_of(context).database_url, _verify_log(head))
    else:
        found, last, here = _verify_file(file, head)
    for one in found[:MOST_TOLD]:
        typer.echo(f"entry {one.seq}: {one.why}")
    if len(found) > MOST_TOLD:
        typer.echo(f"and {len(found) - MOST_TOLD} more")
    typer.echo(f"head {last.seq}:{last.hash.hex()}")
    if head is not None and here != head.hash:
        raise GridwardenError(
            f"entry {head.seq} is not the one that was noted: the log was cut off or written anew"
        )
    if found:
        raise GridwardenError(f"the log is broken at entry {found[0].seq}: {found[0].why}")
    typer.echo("the log is whole")


@app.command("export")
def export(
    context: typer.Context,
    file: Annotated[Path, typer.Argument(help="File to write (JSON lines); must not exist")],
    start: Annotated[
        datetime | None, typer.Option("--from", formats=_DAYS, help="Local unless it has an offset")
    ] = None,
    finish: Annotated[
        datetime | None, typer.Option("--to", formats=_DAYS, help="Before it")
    ] = None,
) -> None:
    """Write the audit log, or a time of it, into a file.

    The file proves itself: `gridwarden audit verify FILE` needs no database.
    """
    if file.exists():
        raise GridwardenError(f"{file} exists; name another file")
    start = None if start is None else start.astimezone()
    finish = None if finish is None else finish.astimezone()
    draft = file.with_name(f"{file.name}.new")
    url = context_of(context).database_url
    try:
        count = _run(url, lambda conn: _write(conn, draft, start, finish))
        draft.replace(file)
    except OSError as error:
        raise GridwardenError(f"{file} cannot be written: {error.strerror}") from error
    finally:
        draft.unlink(missing_ok=True)
    typer.echo(f"{count} entries in {file}")


def _parse(kept: str) -> Head:
    match = _KEPT.fullmatch(kept.strip())
    if match is None:
        raise GridwardenError(f"--kept {kept}: give NUMBER:HASH as `verify` has printed it")
    return Head(int(match[1]), bytes.fromhex(match[2]))


def _verify_log(
    kept: Head | None,
) -> Callable[[psycopg.AsyncConnection[Any]], Awaitable[tuple[list[Break], Head, bytes | None]]]:
    async def verified(
        conn: psycopg.AsyncConnection[Any],
    ) -> tuple[list[Break], Head, bytes | None]:
        await store.seal_all(conn)
        end = await store.head(conn)
        found: list[Break] = []
        last = Head()
        with Progress(console=Console(stderr=True), transient=True) as progress:
            task = progress.add_task("checking", total=end.seq)
            while page := await store.read(conn, after=last.seq, limit=store.AT_ONCE):
                found += breaks(page, last)
                last = Head(page[-1].seq, page[-1].hash)
                progress.update(task, completed=last.seq)
        if not found:
            await found_whole(conn, last, clock.now())
        one = None if kept is None else await store.find_entry(conn, kept.seq)
        return found, last, None if one is None else one.hash

    return verified


def _verify_file(path: Path, kept: Head | None) -> tuple[list[Break], Head, bytes | None]:
    here: bytes | None = None
    end: list[Head] = []
    try:
        size = path.stat().st_size
        with (
            path.open(encoding="utf-8") as file,
            Progress(console=Console(stderr=True), transient=True) as progress,
        ):
            task = progress.add_task("checking", total=size)
            last = read_start(file.readline())
            found: list[Break] = []

            def lines() -> Iterator[str]:
                for line in file:
                    progress.update(task, advance=len(line.encode()))
                    yield line

            def watched() -> Iterator[SealedEntry]:
                nonlocal last, here
                for one in read_entries(lines(), end):
                    yield one
                    last = Head(one.seq, one.hash)
                    if kept is not None and one.seq == kept.seq:
                        here = one.hash

            found += breaks(watched(), last)
    except (OSError, UnicodeDecodeError) as error:
        raise GridwardenError(f"{path} cannot be read: {error}") from error
    except NoAuditFileError as error:
        raise GridwardenError(f"{path}: {error}") from error
    if end[0] != last:
        found.append(Break(seq=last.seq + 1, why="missing"))
    return found, last, here


async def _write(
    conn: psycopg.AsyncConnection[Any],
    path: Path,
    start: datetime | None,
    finish: datetime | None,
) -> int:
    await store.seal_all(conn)
    first, last = await store.between(conn, start, finish) or (1, 0)
    before: SealedEntry | None = await store.find_entry(conn, first - 1)
    head = Head() if before is None else Head(before.seq, before.hash)
    count = 0
    with (
        path.open("x", encoding="utf-8") as file,
        Progress(console=Console(stderr=True), transient=True) as progress,
    ):
        path.chmod(0o600)
        task = progress.add_task("writing", total=last - first + 1)
        file.write(start_line(head, clock.now()) + "\n")
        async for one in store.read_through(conn, after=first - 1, last=last):
            file.write(entry_line(one) + "\n")
            head = Head(one.seq, one.hash)
            count += 1
            progress.update(task, advance=1)
        file.write(end_line(head) + "\n")
    return count


def _run(url: str, work: Callable[[psycopg.AsyncConnection[Any]], Awaitable[T]]) -> T:
    async def connected() -> T:
        async with await psycopg.AsyncConnection.connect(url, autocommit=True) as conn:
            return await work(conn)

    try:
        return asyncio.run(connected())
    except psycopg.errors.UndefinedTable as error:
        raise GridwardenError(
            "the database lacks our tables: run `gridwarden migrate` first"
        ) from error
    except psycopg.OperationalError as error:
        raise GridwardenError(f"the database does not answer: {error}") from error
