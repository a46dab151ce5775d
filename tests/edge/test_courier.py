from __future__ import annotations

from pathlib import Path

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from edge.columns import Reading
from edge.courier import CourierError, Manifest, Parcel, check_courier, read_parcel, write_courier
from edge.pack import Unreadable, pack, pack_unreadable
from edge.sample import Sample

EPOCH = 77


def parcels(count: int = 3, epoch: int = EPOCH) -> list[Parcel]:
    made: list[Parcel] = []
    for seq in range(1, count + 1):
        sample = Sample(readings=[Reading("h-1", "pressure", seq, 0.3)], urgent=seq == 2)
        (packed,) = pack(sample, agent="north", epoch=epoch, first_seq=seq, made=seq)
        made.append(Parcel(seq, packed.channel, packed.items, packed.payload))
    odd = pack_unreadable(
        Unreadable("log.csv", 2, "x", "no card"), agent="north", epoch=epoch, seq=count + 1
    )
    return [*made, Parcel(count + 1, odd.channel, odd.items, odd.payload)]


def write(path: Path, content: list[Parcel], agent: str = "north") -> Manifest:
    return write_courier(path, content, site="campus", agent=agent, exported=5)


@pytest.fixture
def carried(tmp_path: Path) -> Path:
    path = tmp_path / "north.gws"
    write(path, parcels())
    return path


def check(path: Path) -> Manifest:
    with path.open("rb") as file:
        return check_courier(file, path.name)[0]


def test_what_was_written_is_read_back_each_parcel_at_its_place(carried: Path) -> None:
    with carried.open("rb") as file:
        manifest, places = check_courier(file, carried.name)
        assert [read_parcel(file, place) for place in places] == parcels()
    assert [place.key for place in places] == [(EPOCH, seq) for seq in range(1, 5)]
    assert (manifest.agent, manifest.site) == ("north", "campus")
    assert (manifest.batches, manifest.items, manifest.exported) == (4, 4, 5)


def test_batches_of_several_epochs_are_carried_together(tmp_path: Path) -> None:
    write(tmp_path / "f", [*parcels(2), *parcels(2, epoch=5)])
    with (tmp_path / "f").open("rb") as file:
        _, places = check_courier(file, "f")
    assert [place.key for place in places] == [
        (epoch, seq) for epoch in (EPOCH, 5) for seq in (1, 2, 3)
    ]


def of_version_1(path: Path, epoch: int) -> None:
    """Give a file the head that it had before batches of several epochs could be in one."""
    manifest = check(path)
    head = msgspec.msgpack.encode(msgspec.structs.replace(manifest, version=1, epoch=epoch))
    body = path.read_bytes()[-manifest.size :]
    path.write_bytes(b"\xc6" + len(head).to_bytes(4, "big") + head + body)


def test_a_file_of_the_first_version_is_read_and_held_to_its_epoch(carried: Path) -> None:
    of_version_1(carried, EPOCH)
    with carried.open("rb") as file:
        _, places = check_courier(file, carried.name)
    assert {place.epoch for place in places} == {EPOCH}
    of_version_1(carried, EPOCH + 1)
    with pytest.raises(CourierError, match="holds batch 1 of north"):
        check(carried)


def test_only_its_owner_may_read_the_file_and_nothing_else_is_left(carried: Path) -> None:
    assert carried.stat().st_mode & 0o077 == 0
    assert list(carried.parent.iterdir()) == [carried]


def test_a_file_that_is_there_is_not_overwritten(carried: Path) -> None:
    before = carried.read_bytes()
    with pytest.raises(CourierError, match="name another file"):
        write(carried, parcels(9))
    assert carried.read_bytes() == before


def test_a_place_that_cannot_be_written_is_told(tmp_path: Path) -> None:
    with pytest.raises(CourierError, match="name a place that can be written"):
        write(tmp_path / "none" / "file", parcels())


def test_a_write_that_fails_midway_leaves_nothing(tmp_path: Path) -> None:
    def broken() -> list[Parcel]:
        raise RuntimeError("the spool's disk")

    with pytest.raises(RuntimeError):
        write_courier(tmp_path / "f", (p for p in broken()), site="c", agent="n", exported=0)
    assert list(tmp_path.iterdir()) == []


@given(where=st.floats(0, 1, exclude_max=True), bit=st.integers(0, 7))
def test_one_flipped_bit_anywhere_is_refused_or_changes_nothing_that_is_stored(
    tmp_path_factory: pytest.TempPathFactory, where: float, bit: int
) -> None:
    path = tmp_path_factory.mktemp("flip") / "north.gws"
    content = parcels()
    written = write(path, content)
    data = bytearray(path.read_bytes())
    data[int(where * len(data))] ^= 1 << bit
    path.write_bytes(data)
    try:
        with path.open("rb") as file:
            manifest, places = check_courier(file, path.name)
            found = [read_parcel(file, place) for place in places]
    except CourierError:
        return
    # What is left over is the manifest's own notes: when it was exported, and of how many.
    assert found == content
    assert manifest.agent == written.agent


@pytest.mark.parametrize("kept", [0, 1, 4, 40, 200, -1])
def test_a_file_cut_short_is_refused(carried: Path, kept: int) -> None:
    carried.write_bytes(carried.read_bytes()[:kept])
    with pytest.raises(CourierError, match="again"):
        check(carried)


def test_a_file_that_has_grown_is_refused(carried: Path) -> None:
    carried.write_bytes(carried.read_bytes() + b"x")
    with pytest.raises(CourierError, match="not copied whole"):
        check(carried)


def test_what_is_no_exported_spool_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "photo.jpg"
    path.write_bytes(b"\xff\xd8\xff" + bytes(400))
    with pytest.raises(CourierError, match="no exported spool"):
        check(path)


def test_a_batch_of_another_agent_is_refused(tmp_path: Path) -> None:
    write(tmp_path / "f", parcels(), agent="south")
    with pytest.raises(CourierError, match="holds batch 1 of north"):
        check(tmp_path / "f")


def test_a_batch_that_stands_in_it_twice_is_refused(tmp_path: Path) -> None:
    write(tmp_path / "f", parcels() + parcels()[:1])
    with pytest.raises(CourierError, match="twice"):
        check(tmp_path / "f")


@pytest.mark.parametrize(
    ("change", "words"),
    [({"version": 3}, "import it with the newer one"), ({"format": "x"}, "no exported spool")],
)
def test_a_manifest_that_is_not_ours_is_refused(
    carried: Path, change: dict[str, object], words: str
) -> None:
    manifest = msgspec.structs.replace(check(carried), **change)
    head = msgspec.msgpack.encode(manifest)
    carried.write_bytes(b"\xc6" + len(head).to_bytes(4, "big") + head)
    with pytest.raises(CourierError, match=words):
        check(carried)
