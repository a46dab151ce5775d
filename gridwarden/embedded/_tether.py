"""Tether: the first program of a child process; it ties the child to its parent, then becomes it.

Run as a file, `python -I -S _tether.py PARENT SIGNAL UID GID PROGRAM ARGUMENT…`: imports nothing
of ours, so that it costs a few milliseconds. The kernel sends SIGNAL to the child when the
parent's spawning thread ends, however it ends. UID and GID are -1 to stay who we are; otherwise
they are taken before PROGRAM is executed, because changing identity would cut the tether.
"""

from __future__ import annotations

import ctypes
import os
import sys

_PR_SET_PDEATHSIG = 1  # linux/prctl.h


def _run(parent: int, death_signal: int, uid: int, gid: int, command: list[str]) -> None:
    if uid >= 0:
        os.setgroups([])
        os.setresgid(gid, gid, gid)
        os.setresuid(uid, uid, uid)
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.prctl(_PR_SET_PDEATHSIG, death_signal, 0, 0, 0) != 0:
        raise OSError(ctypes.get_errno(), "prctl(PR_SET_PDEATHSIG)")
    if os.getppid() != parent:  # it died before the tether held
        sys.exit(1)
    os.execv(command[0], command)  # noqa: S606


if __name__ == "__main__":
    _parent, _signal, _uid, _gid = (int(word) for word in sys.argv[1:5])
    _run(_parent, _signal, _uid, _gid, sys.argv[5:])
