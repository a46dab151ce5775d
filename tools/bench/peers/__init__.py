"""Peers: what people use today for the same work, installed on demand beside the bench.

Their packages go into a folder of the bench's own, pinned by version; they are no dependencies of
Gridwarden. A peer that cannot be had here is named with the reason and left out.
"""

from __future__ import annotations

import shutil
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

CACHE = Path(".bench").absolute()

_HERE = Path(__file__).parent
_PYTHON_PACKAGES = ("gmqtt==0.8.0", "orjson==3.13.0", "mq-bridge==1.2.0", "psycopg[binary]==3.3.4")
_NODE_PACKAGES = ("node-red@4.1.15", "pg@8.23.1")
_INSTALL_TIMEOUT_S = 600


class PeerUnavailableError(RuntimeError):
    """The peer cannot be installed here; the text says why."""


@dataclass(frozen=True)
class Peer:
    """One way to bring the same messages into the same table."""

    name: str
    what: str
    durable: bool  # acknowledges after the commit
    deduplicated: bool
    command: Callable[[int, str], list[str]]  # of the broker's port and the database's address


def _python() -> str:
    python = CACHE / "python" / "bin" / "python"
    stamp = CACHE / "python" / " ".join(_PYTHON_PACKAGES).replace("/", "_")
    if not stamp.exists():
        _run([sys.executable, "-m", "venv", str(CACHE / "python")])
        _run([str(python), "-m", "pip", "install", "-q", *_PYTHON_PACKAGES])
        stamp.touch()
    return str(python)


def _node_red() -> tuple[str, Path]:
    folder = CACHE / "node"
    stamp = folder / " ".join(_NODE_PACKAGES)
    node, npm = shutil.which("node"), shutil.which("npm")
    if node is None or npm is None:
        raise PeerUnavailableError("no node and npm on PATH")
    if not stamp.exists():
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "package.json").write_text('{"private": true}\n', encoding="utf-8")
        _run([npm, "install", "--silent", "--no-audit", "--no-fund", *_NODE_PACKAGES], folder)
        stamp.touch()
    return node, folder


def _run(command: list[str], folder: Path | None = None) -> None:
    try:
        subprocess.run(
            command,
            cwd=folder,
            check=True,
            timeout=_INSTALL_TIMEOUT_S,
            capture_output=True,
            text=True,
        )
    except (OSError, subprocess.SubprocessError) as error:
        detail = getattr(error, "stderr", "") or str(error)
        raise PeerUnavailableError(f"{command[0]}: {detail.strip().splitlines()[-1]}") from error


def _gmqtt(port: int, database_url: str) -> list[str]:
    return [_python(), str(_HERE / "gmqtt_copy.py"), str(port), database_url]


def _mq_bridge(port: int, database_url: str) -> list[str]:
    return [_python(), str(_HERE / "mq_bridge_route.py"), str(port), database_url]


def _node(port: int, database_url: str) -> list[str]:
    node, folder = _node_red()
    return [node, str(_HERE / "node_red.js"), str(port), database_url, str(folder)]


PEERS = (
    Peer("gmqtt_copy", "35 lines: gmqtt, orjson, binary COPY", False, False, _gmqtt),
    Peer("mq_bridge", "mq-bridge 1.2 (Rust)", True, False, _mq_bridge),
    Peer("node_red", "Node-RED 4.1, batched inserts", False, False, _node),
)
