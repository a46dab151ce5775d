"""Commands on cases: prove that their files are unaltered."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from gridwarden.errors import GridwardenError
from hub.casefile.proof import Verdict, prove

app = typer.Typer(no_args_is_help=True, help="Cases: prove that their files are unaltered.")


@app.callback()
def cases() -> None:
    """Cases: prove that their files are unaltered."""


@app.command("verify")
def verify(
    file: Annotated[Path, typer.Argument(help="Archive of a case (.zip)")],
    head: Annotated[
        str | None, typer.Option(help="Hash of the log's last entry, as you kept it elsewhere")
    ] = None,
    seal: Annotated[
        str | None, typer.Option(help="Seal of the archive, as you kept it elsewhere")
    ] = None,
) -> None:
    """Prove an archive of a case unaltered, or name what was altered.

    Needs no database. Exits 1 when something was altered. Whoever can write a whole new archive can
    seal it anew: compare with a head or a seal that you kept.
    """
    verify_archive(file, head, seal)


def verify_archive(file: Path, head: str | None, seal: str | None) -> None:
    """Prove an archive and say what was found.

    Raises:
        GridwardenError: it can't be read, or something was altered.
    """
    try:
        with file.open("rb") as content:
            verdict = prove(content)
    except OSError as error:
        raise GridwardenError(f"{file} can't be read: {error.strerror}") from error
    faults = [f"{fault.where}: {fault.text}" for fault in verdict.faults]
    faults += _otherwise(verdict, head, seal)
    if faults or verdict.manifest is None:
        raise GridwardenError(f"{file} was altered\n  " + "\n  ".join(faults))
    about = verdict.manifest.about
    typer.echo(f"case {about.number} of {about.exported}: unaltered")
    typer.echo(f"  {about.chain.events} entries, {len(verdict.manifest.files)} files")
    typer.echo(f"  head {about.chain.head}")
    typer.echo(f"  seal {verdict.seal}")


def _otherwise(verdict: Verdict, head: str | None, seal: str | None) -> list[str]:
    """What differs from the values that somebody has kept."""
    told: list[str] = []
    if seal is not None and seal.lower() != verdict.seal:
        told.append(f"the archive: its seal is {verdict.seal}, not the one that you kept")
    found = "" if verdict.manifest is None else verdict.manifest.about.chain.head
    if head is not None and head.lower() != found:
        told.append(f"the log: its head is {found}, not the one that you kept")
    return told
