"""Proxy: a network that can be cut, go dark or turn slow between two parts, on loopback."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Coroutine
from contextlib import suppress
from typing import Any

LOOPBACK = "127.0.0.1"
_CHUNK = 1 << 14
_SLOW_S = 0.02  # ours: per chunk, about 800 kB/s


class Proxy:
    """Passes TCP connections on to `port`, in a thread of its own."""

    def __init__(self, port: int) -> None:
        self._target = port
        self._loop = asyncio.new_event_loop()
        self._writers: set[asyncio.StreamWriter] = set()
        self._tasks: set[asyncio.Task[None]] = set()
        self._whole = True
        self._open = asyncio.Event()
        self._open.set()
        self._delay_s = 0.0
        self._thread = threading.Thread(target=self._loop.run_forever, name="proxy", daemon=True)
        self._thread.start()
        self.port: int = self._run(self._listen())

    @property
    def url(self) -> str:
        """Where to connect instead of the broker."""
        return f"mqtt://{LOOPBACK}:{self.port}"

    def disturb(self, kind: str, seconds: float) -> None:
        """Begin a disturbance that ends by itself: `cut`, `hole` or `slow`; returns at once."""
        self._run(self._begin(kind, seconds))

    def heal(self) -> None:
        """End every disturbance now."""
        self._run(self._end())

    def close(self) -> None:
        """Cut everything and stop listening."""
        self._run(self._stop())
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()

    def _run(self, work: Coroutine[Any, Any, Any]) -> Any:
        return asyncio.run_coroutine_threadsafe(work, self._loop).result(10)

    async def _listen(self) -> int:
        self._server = await asyncio.start_server(self._accept, LOOPBACK, 0)
        return int(self._server.sockets[0].getsockname()[1])

    async def _begin(self, kind: str, seconds: float) -> None:
        if kind == "cut":
            self._whole = False
            self._abort()
        elif kind == "hole":
            self._open.clear()
        else:
            self._delay_s = _SLOW_S
        self._loop.call_later(seconds, self._mend, kind)

    def _mend(self, kind: str) -> None:
        if kind == "cut":
            self._whole = True
        elif kind == "hole":
            self._open.set()
        else:
            self._delay_s = 0.0

    async def _end(self) -> None:
        for kind in ("cut", "hole", "slow"):
            self._mend(kind)

    async def _stop(self) -> None:
        self._server.close()
        self._abort()
        for task in list(self._tasks):
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    def _abort(self) -> None:
        for writer in self._writers:
            writer.transport.abort()

    async def _accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if not self._whole:
            writer.transport.abort()
            return
        try:
            there = await asyncio.open_connection(LOOPBACK, self._target)
        except OSError:  # the broker is down: so is the way to it
            writer.transport.abort()
            return
        for source, sink in ((reader, there[1]), (there[0], writer)):
            self._writers.add(sink)
            task = asyncio.ensure_future(self._pump(source, sink))
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)

    async def _pump(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with suppress(OSError):
            while data := await reader.read(_CHUNK):
                await self._open.wait()
                if self._delay_s:
                    await asyncio.sleep(self._delay_s)
                writer.write(data)
                await writer.drain()
        writer.close()
        self._writers.discard(writer)
