"""The desk page: the built files, or a word on how to build them."""

from __future__ import annotations

from pathlib import Path

from fastapi import FastAPI
from fastapi.responses import HTMLResponse
from starlette.exceptions import HTTPException

from hub.rights.guard import open_to_all

BUILT = Path(__file__).parent / "desk" / "dist"

_NOTHING_THERE = open_to_all("it tells only that nothing is there", counted=False)
_NOT_BUILT = """<!doctype html>
<html lang="en"><meta charset="utf-8"><title>Gridwarden</title>
<h1>The desk page is not built yet</h1>
<p>Run <code>make desk</code> in the source folder, then start the hub again.
The <a href="/api/openapi.json">API</a> works.</p>
<p lang="zh">工作台页面尚未构建：请在源码目录运行 <code>make desk</code>，然后重新启动。</p>
"""


def install(app: FastAPI, desk: Path | None) -> None:
    """Serve the page from `desk` on every path that no route has; without one, say so."""

    @app.get("/api/{rest:path}", include_in_schema=False, dependencies=[_NOTHING_THERE])
    async def no_such_route(rest: str) -> None:  # pyright: ignore[reportUnusedFunction]
        raise HTTPException(404, f"There is no /api/{rest}; see /api/openapi.json.")

    folder = BUILT if desk is None else desk
    if (folder / "index.html").is_file():
        app.frontend("/", directory=folder, fallback="index.html")
        return

    @app.get("/{rest:path}", include_in_schema=False, dependencies=[_NOTHING_THERE])
    async def not_built(rest: str) -> HTMLResponse:  # pyright: ignore[reportUnusedFunction]
        del rest
        return HTMLResponse(_NOT_BUILT, 503)
