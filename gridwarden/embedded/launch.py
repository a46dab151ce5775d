"""Launch: start a child process that cannot outlive us and that terminal signals do not reach.

The kernel's parent-death signal fires when the *thread* that made the child ends. All children
are therefore made by one thread that lives as long as this process.
"""

from __future__ import annotations

import os
import queue
import shutil
import signal
import subprocess
import sys
import threading
from collections.abc import Mapping, Sequence
from concurrent.futures import Future
from functools import cache
from pathlib import Path

from gridwarden.embedded.account import Account
from gridwarden.embedded.errors import EmbeddedError

_TETHER = Path(__file__).with_name("_tether.py")

_Job = tuple["Future[subprocess.Popen[bytes]]", list[str], dict[str, str], Path]


def launch(
    command: Sequence[str],
    *,
    environment: Mapping[str, str],
    folder: Path,
    account: Account | None = None,
    death_signal: signal.Signals = signal.SIGKILL,
) -> subprocess.Popen[bytes]:
    """Start `command` in `folder`, in a session of its own, output and errors in one pipe.

    `death_signal` is sent to it by the kernel when this process ends in whatever way. With
    `account` (only as root) it runs as that user, without other groups.

    Raises:
        EmbeddedError: there is no such program.
    """
    program = shutil.which(command[0])
    if program is None:
        raise EmbeddedError(f"no program {command[0]!r}: install it or put it on PATH")
    uid, gid = (account.uid, account.gid) if account else (-1, -1)
    words = [os.getpid(), int(death_signal), uid, gid, program, *command[1:]]
    tethered = [sys.executable, "-I", "-S", str(_TETHER), *(str(word) for word in words)]
    future: Future[subprocess.Popen[bytes]] = Future()
    _spawner(os.getpid()).put((future, tethered, dict(environment), folder))
    return future.result()


@cache
def _spawner(_process: int) -> queue.SimpleQueue[_Job]:
    """The queue of this process's spawning thread (by process: threads do not survive a fork)."""
    jobs: queue.SimpleQueue[_Job] = queue.SimpleQueue()
    threading.Thread(target=_spawn, args=(jobs,), name="spawner", daemon=True).start()
    return jobs


def _spawn(jobs: queue.SimpleQueue[_Job]) -> None:
    while True:
        future, command, environment, folder = jobs.get()
        try:
            process = subprocess.Popen(
                command,
                env=environment,
                cwd=folder,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        except OSError as error:
            future.set_exception(error)
        else:
            future.set_result(process)
