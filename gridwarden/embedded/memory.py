"""Memory of a process and all its descendants, in bytes."""

from __future__ import annotations

from dataclasses import dataclass

import psutil


@dataclass(frozen=True, slots=True)
class Memory:
    """Sums over a tree of processes.

    `resident` counts shared pages once per process, so it overstates servers such as PostgreSQL;
    `proportional` divides them by their users and adds up to what is really taken; `unique` is
    what would be free if the tree ended. The last two are None where the kernel hides them.
    """

    processes: int
    resident: int
    proportional: int | None
    unique: int | None


def tree_memory(pid: int) -> Memory | None:
    """Memory of process `pid` and its descendants; None when it has ended."""
    try:
        root = psutil.Process(pid)
        tree = [root, *root.children(recursive=True)]
    except psutil.NoSuchProcess:
        return None
    resident = proportional = unique = alive = 0
    hidden = False
    for process in tree:
        try:
            resident += process.memory_info().rss
            alive += 1
            full = process.memory_full_info()
        except (psutil.NoSuchProcess, psutil.ZombieProcess):
            continue
        except psutil.AccessDenied:
            hidden = True
            continue
        proportional += full.pss
        unique += full.uss
    if alive == 0:
        return None
    return Memory(alive, resident, None if hidden else proportional, None if hidden else unique)


def own_memory() -> Memory:
    """Memory of this process alone, without its descendants."""
    process = psutil.Process()
    resident = process.memory_info().rss
    try:
        full = process.memory_full_info()
    except psutil.AccessDenied:
        return Memory(1, resident, None, None)
    return Memory(1, resident, full.pss, full.uss)
