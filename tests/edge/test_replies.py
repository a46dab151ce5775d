from __future__ import annotations

from pathlib import Path

from edge.command import Reply
from edge.replies import KEPT, Replies


def reply(number: int) -> Reply:
    return Reply(f"c-{number}", "north", number, "done")


def test_what_was_answered_is_known_after_a_restart(tmp_path: Path) -> None:
    path = tmp_path / "north.replies"
    Replies(path).add(reply(1))
    assert Replies(path).get("c-1") == reply(1)
    assert Replies(path).get("c-2") is None
    assert list(tmp_path.iterdir()) == [path]


def test_only_the_newest_are_kept(tmp_path: Path) -> None:
    replies = Replies(tmp_path / "north.replies")
    for number in range(KEPT + 1):
        replies.add(reply(number))
    assert Replies(tmp_path / "north.replies").get("c-0") is None
    assert Replies(tmp_path / "north.replies").get(f"c-{KEPT}") == reply(KEPT)


def test_a_damaged_file_is_begun_anew(tmp_path: Path) -> None:
    path = tmp_path / "north.replies"
    path.write_bytes(b"\xff{")
    replies = Replies(path)
    replies.add(reply(1))
    assert Replies(path).get("c-1") == reply(1)


def test_a_disk_that_refuses_costs_the_memory_over_a_restart_only(tmp_path: Path) -> None:
    replies = Replies(tmp_path / "gone" / "north.replies")
    replies.add(reply(1))
    assert replies.get("c-1") == reply(1)
