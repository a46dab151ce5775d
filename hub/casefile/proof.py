"""Proof: whether the archive of a case is as it was written, without a database.

What is proven: every file has the hash that the manifest gives it, the manifest the hash of the
seal; each entry of the log is sealed to the one before; all evidence that the log names is there
with the hash that the log gives it; and no other byte of the archive differs from how we write it.
Whoever can write a whole new archive can also seal it anew: keep the seal or the head elsewhere and
compare.
"""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from hashlib import sha256
from typing import IO
from zipfile import ZIP_STORED, BadZipFile, ZipFile, ZipInfo

import msgspec

from hub.casefile.archive import comment, write
from hub.casefile.domain import FORMAT, LOG, MANIFEST, Manifest, named_evidence, read_line
from hub.casefile.flip import changed_byte
from hub.cases.chain import Sealed, verify

_HEADER = 30  # bytes of a local file header before name and extra field (APPNOTE 4.3.7)
_CHUNK = 1 << 20


class Fault(msgspec.Struct, frozen=True):
    """What is not as it was written: `where` is a path in the archive, or "the archive"."""

    where: str
    text: str


class Verdict(msgspec.Struct, frozen=True, kw_only=True):
    """What an archive proves; sound if there is no fault."""

    manifest: Manifest | None
    seal: str
    faults: list[Fault]


def prove_archive(file: IO[bytes]) -> Verdict:
    """Look at every byte of an archive, which must be seekable."""
    try:
        with ZipFile(file) as archive:
            infos = archive.infolist()
            told = archive.comment
    except (BadZipFile, NotImplementedError, ValueError, EOFError) as error:
        return Verdict(manifest=None, seal="", faults=[Fault("the archive", f"no zip: {error}")])
    faults: list[Fault] = []
    contents = {info.filename: (info, _content(file, info)) for info in infos}
    if len(contents) < len(infos):
        faults.append(Fault("the archive", "a file stands in it twice"))
    unread = [path for path, (_, content) in contents.items() if content is None]
    faults += [Fault(path, "its place in the archive is damaged") for path in unread]
    sealed = contents.get(MANIFEST, (None, None))[1] or b""
    seal = sha256(sealed).hexdigest()
    if told != comment(seal):
        faults.append(Fault(MANIFEST, "altered: it has not the hash of the archive's seal"))
    manifest = _manifest(sealed)
    if manifest is None:
        faults.append(Fault(MANIFEST, f"it is not the manifest of a {FORMAT} archive"))
        return Verdict(manifest=None, seal=seal, faults=faults)
    faults += _listed(manifest, contents)
    faults += _log(manifest, contents.get(LOG, (None, None))[1] or b"")
    if not faults:
        faults += _rest(file, [(info.filename, info) for info in infos], told)
    return Verdict(manifest=manifest, seal=seal, faults=faults)


_Contents = dict[str, tuple[ZipInfo, bytes | None]]


def _manifest(content: bytes) -> Manifest | None:
    try:
        found = msgspec.json.decode(content, type=Manifest)
    except ValueError:
        return None
    return found if found.format == FORMAT else None


def _content(file: IO[bytes], info: ZipInfo) -> bytes | None:
    """The bytes of a stored file, read without the zip's own check: we tell more than it."""
    if info.header_offset < 0:  # what the end of the zip says is damaged
        return None
    file.seek(info.header_offset)
    header = file.read(_HEADER)
    if len(header) < _HEADER or info.compress_type != ZIP_STORED:
        return None
    lengths = int.from_bytes(header[26:28], "little") + int.from_bytes(header[28:30], "little")
    file.seek(info.header_offset + _HEADER + lengths)
    content = file.read(info.file_size)
    return content if len(content) == info.file_size else None


def _listed(manifest: Manifest, contents: _Contents) -> Iterator[Fault]:
    listed = {entry.path: entry for entry in manifest.files}
    for path in contents.keys() - listed.keys() - {MANIFEST}:
        yield Fault(path, "added: the manifest does not list it")
    for path, entry in listed.items():
        if path not in contents:
            yield Fault(path, "missing: the manifest lists it")
            continue
        info, content = contents[path]
        if content is None or sha256(content).hexdigest() == entry.sha256:
            continue
        flip = changed_byte(content, info.CRC, entry.sha256)
        if flip is None:
            yield Fault(path, f"altered: its SHA-256 is not {entry.sha256}")
        else:
            yield Fault(
                path,
                f"altered: byte {flip.offset} is 0x{flip.now:02x} and was 0x{flip.before:02x}",
            )


def _log(manifest: Manifest, content: bytes) -> Iterator[Fault]:
    log: list[Sealed] = []
    for number, line in enumerate(content.splitlines(), start=1):
        try:
            log.append(read_line(line))
        except ValueError as error:
            yield Fault(LOG, f"entry {number} can't be read: {error}")
            return
    chain = manifest.about.chain
    broken = verify(log)
    if broken is not None:
        yield Fault(LOG, f"entry {broken} was altered, moved or taken out: its seal does not fit")
    elif len(log) != chain.events or not log or log[-1].hash.hex() != chain.head:
        yield Fault(LOG, f"it ends at entry {len(log)}, not at {chain.events} with its head")
    elif any(one.case != manifest.about.case for one in log):
        yield Fault(LOG, "it is the log of another case")
    held = {entry.sha256 for entry in manifest.files}
    for seq, digest in named_evidence(log):
        if digest not in held:
            yield Fault(LOG, f"entry {seq} names evidence {digest} that is not in the archive")


def _rest(file: IO[bytes], members: list[tuple[str, ZipInfo]], told: bytes) -> Iterator[Fault]:
    """Write the archive again from its contents: what differs lies between them."""
    with tempfile.TemporaryFile() as again:
        with ZipFile(again, "w", ZIP_STORED) as archive:
            for path, info in members:
                write(archive, path, _content(file, info) or b"")
            archive.comment = told
        offset = _difference(file, again)
    if offset is not None:
        yield Fault("the archive", f"byte {offset}, outside of all files, is not as it was written")


def _difference(one: IO[bytes], other: IO[bytes]) -> int | None:
    one.seek(0)
    other.seek(0)
    start = 0
    while True:
        left, right = one.read(_CHUNK), other.read(_CHUNK)
        if left != right:
            pairs = zip(left, right, strict=False)
            short = min(len(left), len(right))
            return start + next((at for at, (a, b) in enumerate(pairs) if a != b), short)
        if not left:
            return None
        start += len(left)
