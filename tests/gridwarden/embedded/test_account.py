"""Which folders another account can pass through."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from gridwarden.embedded.account import Account, can_reach

STRANGER = Account("stranger", os.getuid() + 4242, os.getgid() + 4242)


@pytest.mark.parametrize(("mode", "reachable"), [(0o700, False), (0o711, True), (0o744, False)])
def test_one_closed_folder_on_the_way_closes_all_below(
    service_folder: Path, mode: int, reachable: bool
) -> None:
    upper = service_folder / f"mode-{mode:o}"
    (upper / "lower").mkdir(parents=True)
    (upper / "lower").chmod(0o755)
    upper.chmod(mode)
    assert can_reach(upper / "lower", STRANGER) is reachable


def test_owner_and_group_are_judged_by_their_own_bits(service_folder: Path) -> None:
    folder = service_folder / "grouped"
    folder.mkdir()
    folder.chmod(0o710)
    owner, group = folder.stat().st_uid, folder.stat().st_gid
    assert can_reach(folder, Account("owner", owner, STRANGER.gid))
    assert can_reach(folder, Account("member", STRANGER.uid, group))
    assert not can_reach(folder, STRANGER)
