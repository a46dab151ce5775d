"""An archive proves itself, and names what was altered, without a database."""

from __future__ import annotations

import json
from hashlib import sha256
from io import BytesIO
from pathlib import Path
from random import Random
from zipfile import ZipFile
from zlib import crc32

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from typer.testing import CliRunner

from gridwarden.commands.cases import app
from hub.casefile.archive import Archive, comment, write
from hub.casefile.domain import About, Chain, log_lines, read_line
from hub.casefile.flip import Flip, changed_byte
from hub.casefile.proof import prove_archive
from hub.cases.chain import Sealed, seal
from hub.cases.domain import Event
from tests.hub.casefile.conftest import Filed

PHOTO = b"\xff\xd8\xff a photo"


def log(note: str = "Water runs again. 恢复供水") -> list[Sealed]:
    facts = {"photos": [sha256(PHOTO).hexdigest()], "value": 2.0}
    return seal(
        7,
        [
            Event(event="discovered", at=1, actor="system:sensor", data={"limit": 0.14}),
            Event(event="handled", at=2, actor="p-west", note=note, data=facts),
        ],
    )


def archive(events: list[Sealed] | None = None, **files: bytes) -> bytes:
    events = log() if events is None else events
    out = BytesIO()
    with Archive(out) as made:
        made.add("log.jsonl", log_lines(events), "log")
        made.add("photos/a.jpg", PHOTO, "photo", event=2, actor="p-west")
        for path, content in files.items():
            made.add(path, content, "readings")
        chain = Chain(events=len(events), head=events[-1].hash.hex())
        about = About(case=7, number="2026-000007", exported="now", language="en", chain=chain)
        made.seal(about)
    return out.getvalue()


def faults(content: bytes) -> list[tuple[str, str]]:
    return [(fault.where, fault.text) for fault in prove_archive(BytesIO(content)).faults]


def test_an_archive_from_the_hub_is_sound(filed: Filed) -> None:
    """CA-22 in part"""
    verdict = prove_archive(filed.open())
    assert verdict.faults == []
    assert verdict.seal == filed.seal


def test_no_byte_of_an_archive_can_be_altered_unseen() -> None:
    """HZ-08 in part: each byte in turn, of content and of what lies between."""
    whole = archive()
    random = Random(8)
    assert faults(whole) == []
    for at in range(len(whole)):
        altered = bytearray(whole)
        altered[at] ^= random.randrange(1, 256)
        assert faults(bytes(altered)), at


def test_the_altered_byte_of_a_file_is_named(filed: Filed) -> None:
    """HZ-08 in part"""
    whole = filed.archive
    with ZipFile(filed.open()) as opened:
        content = opened.read("case.pdf")
    start = whole.index(content)
    altered = bytearray(whole)
    altered[start + 70_000] ^= 0x20
    (fault,) = faults(bytes(altered))
    was, now = whole[start + 70_000], altered[start + 70_000]
    assert fault == ("case.pdf", f"altered: byte 70000 is 0x{now:02x} and was 0x{was:02x}")


@given(st.binary(min_size=1, max_size=300), st.data())
def test_one_changed_byte_is_always_found(content: bytes, data: st.DataObject) -> None:
    at = data.draw(st.integers(0, len(content) - 1))
    to = data.draw(st.integers(0, 255).filter(lambda value: value != content[at]))
    altered = content[:at] + bytes((to,)) + content[at + 1 :]
    digest = sha256(content).hexdigest()
    assert changed_byte(altered, crc32(content), digest) == Flip(at, content[at], to)
    assert changed_byte(altered + b"x", crc32(content), digest) is None


def test_a_rewritten_entry_is_named_though_all_hashes_were_made_anew() -> None:
    """HZ-08 in part"""
    events = log()
    told = msgspec.structs.replace(events[0].event, data={"limit": 0.4})
    events[0] = msgspec.structs.replace(events[0], event=told)
    assert faults(archive(events)) == [
        ("log.jsonl", "entry 1 was altered, moved or taken out: its seal does not fit")
    ]


def test_evidence_that_was_exchanged_does_not_fit_the_log() -> None:
    """HZ-08 in part: though manifest and seal were made anew."""
    with ZipFile(BytesIO(archive())) as opened:
        files = {path: opened.read(path) for path in opened.namelist()}
    other = b"\xff\xd8\xff another photo"
    manifest = json.loads(files.pop("manifest.json"))
    files["photos/a.jpg"] = other
    manifest["files"][1] |= {"sha256": sha256(other).hexdigest(), "bytes": len(other)}
    out = BytesIO()
    with ZipFile(out, "w") as forged:
        for path, content in files.items():
            write(forged, path, content)
        sealed = json.dumps(manifest).encode()
        write(forged, "manifest.json", sealed)
        forged.comment = comment(sha256(sealed).hexdigest())
    (fault,) = faults(out.getvalue())
    assert fault[0] == "log.jsonl"
    assert "entry 2 names evidence" in fault[1]


def test_a_second_file_of_one_name_is_found() -> None:
    out = BytesIO(archive())
    with ZipFile(out, "a") as more:
        told = more.comment
        with pytest.warns(UserWarning, match="Duplicate"):
            write(more, "log.jsonl", b"{}")
        more.comment = told
    assert ("the archive", "a file stands in it twice") in faults(out.getvalue())


def test_what_was_added_or_taken_out_is_named() -> None:
    with ZipFile(BytesIO(archive(extra=b"1,2"))) as opened:
        files = {path: opened.read(path) for path in opened.namelist()}
        told = opened.comment
    files["more.txt"] = b"more"
    del files["extra"]
    out = BytesIO()
    with ZipFile(out, "w") as forged:
        for path, content in files.items():
            write(forged, path, content)
        forged.comment = told
    assert {where for where, _ in faults(out.getvalue())} == {"more.txt", "extra"}


plain = st.none() | st.booleans() | st.floats(allow_nan=False, allow_infinity=False) | st.text()


@settings(max_examples=40)
@given(st.recursive(plain, lambda inner: st.dictionaries(st.text(), inner, max_size=3)))
def test_a_line_of_the_log_brings_the_same_event_back(value: object) -> None:
    (one,) = seal(7, [Event(event="noted", at=5, actor="p", data={"value": value})])
    assert read_line(log_lines([one]).rstrip(b"\n")) == one


def run(*words: str) -> tuple[int, str]:
    result = CliRunner().invoke(app, ["verify", *words])
    return result.exit_code, f"{result.output}{result.exception or ''}"


def test_the_command_proves_an_archive_and_compares_what_was_kept(
    filed: Filed, tmp_path: Path
) -> None:
    """CA-22 in part"""
    file = tmp_path / "case.zip"
    file.write_bytes(filed.archive)
    code, said = run(str(file), "--seal", filed.seal)
    assert code == 0
    assert "unaltered" in said
    code, said = run(str(file), "--head", "0" * 64)
    assert code == 1
    assert "not the one that you kept" in said
    altered = bytearray(filed.archive)
    altered[filed.archive.index("恢复供水".encode())] ^= 1
    file.write_bytes(altered)
    code, said = run(str(file))
    assert code == 1
    assert "log.jsonl: altered: byte" in said
    assert "entry 4" in said


@pytest.mark.parametrize("content", [b"", b"PK", b"no zip at all"])
def test_what_is_no_archive_is_said_to_be_none(content: bytes, tmp_path: Path) -> None:
    file = tmp_path / "case.zip"
    file.write_bytes(content)
    code, said = run(str(file))
    assert code == 1
    assert "no zip" in said
    assert run(str(tmp_path / "none.zip"))[0] == 1
