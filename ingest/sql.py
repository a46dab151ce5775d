"""SQL in files: named queries beside each store module, numbered migrations beside each package."""

from __future__ import annotations

import re
from importlib.resources import files
from typing import LiteralString, cast

from psycopg import sql

_NAME = re.compile(r"^-- name: (\w+)\s*$", re.MULTILINE)


def load_queries(package: str, file: str = "queries.sql") -> dict[str, sql.SQL]:
    """The queries of one file by name; each starts with a line `-- name: its_name`.

    The text is trusted as a literal because it ships inside the package.
    """
    text = files(package).joinpath(file).read_text(encoding="utf-8")
    parts = _NAME.split(text)[1:]
    return {
        name: sql.SQL(cast(LiteralString, body.strip()))
        for name, body in zip(parts[::2], parts[1::2], strict=True)
    }
