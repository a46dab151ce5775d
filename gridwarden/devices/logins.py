"""Logins: what one who is enrolled is started with: certificate, key, authority and settings."""

from __future__ import annotations

import io
import zipfile
from pathlib import Path
from typing import Final

from gridwarden.devices.authority import Pair
from gridwarden.devices.folder import write_secret, write_whole

CA, CERTIFICATE, KEY = "ca.crt", "client.crt", "client.key"
_OWNER_ONLY: Final = 0o600 << 16  # where a ZIP file keeps a file's mode
_AGENT = """\
# What the agent {agent} reads. docs/reference.md tells of drivers; this is a camera:
agent = "{agent}"

# [[driver]]
# kind = "camera"
# device = "camera-1"
# source = "rtsp://192.0.2.1/stream"
"""


def settings_text(site: str, url: str) -> str:
    """gridwarden.toml of one who is started in the folder of the login."""
    return (
        f'site = "{site}"\n'
        'data_dir = "data"\n\n'
        "[broker]\n"
        f'url = "{url}"\n'
        f'ca_file = "{CA}"\n'
        f'certificate = "{CERTIFICATE}"\n'
        f'key = "{KEY}"\n'
    )


def agent_zip(site: str, agent: str, url: str, authority: bytes, pair: Pair) -> bytes:
    """All that an agent is started with: unpack it, say what it reads, and run it there."""
    files = {
        CA: authority,
        CERTIFICATE: pair.certificate,
        KEY: pair.key,
        "gridwarden.toml": settings_text(site, url).encode(),
        "agent.toml": _AGENT.format(agent=agent).encode(),
    }
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            entry = zipfile.ZipInfo(name)
            entry.external_attr = _OWNER_ONLY
            archive.writestr(entry, content)
    return packed.getvalue()


def write_login(folder: Path, site: str, url: str, authority: bytes, pair: Pair) -> None:
    """A folder that a service is started with."""
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    write_whole(folder / CA, authority)
    write_whole(folder / CERTIFICATE, pair.certificate)
    write_secret(folder / KEY, pair.key)
    write_whole(folder / "gridwarden.toml", settings_text(site, url).encode())
