from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest

from edge.pack import Unreadable, pack_unreadable
from edge.swipe_log import SwipeColumns, SwipeLogError, read_swipe_log
from edge.wire import Direction, Swipe

COLUMNS = SwipeColumns("when", "card", ("floor", "zone"), "way", "ok")
HEADER = "when, card, floor, zone, way, ok\n"
VAST = Path(__file__).parents[3] / "shared/data/vast2016_prox.csv"


def read(folder: Path, text: str | bytes, columns: SwipeColumns = COLUMNS) -> list[object]:
    file = folder / "log.csv"
    file.write_bytes(text.encode() if isinstance(text, str) else text)
    return list(read_swipe_log(file, columns))


def micros(*when: int) -> int:
    return int(datetime(*when, tzinfo=UTC).timestamp()) * 1_000_000  # type: ignore[misc, arg-type]


def test_blanks_do_not_count_and_names_in_words_become_identifiers(tmp_path: Path) -> None:
    text = (
        HEADER + "2016-05-31 00:05, c1, 3, Server Room , IN, yes\r\n\r\n2016-05-31T01:00Z,c2,1,2,,"
    )
    assert read(tmp_path, text) == [
        Swipe("3-Server-Room", micros(2016, 5, 31, 0, 5), "c1", Direction.IN, True),
        Swipe("1-2", micros(2016, 5, 31, 1, 0), "c2"),
    ]


def test_times_are_read_in_their_zone_and_format(tmp_path: Path) -> None:
    columns = SwipeColumns(
        "t", "c", ("r",), time_format="%d.%m.%Y %H:%M", time_zone="Asia/Shanghai"
    )
    (swipe,) = read(tmp_path, "t,c,r\n31.05.2016 08:05,x,gate\n", columns)
    assert swipe == Swipe("gate", micros(2016, 5, 31, 0, 5), "x")


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        ("yesterday,c,1,1,in,1", "time 'yesterday' is not ISO 8601"),
        ("2016-05-31 00:05,,1,1,in,1", "no card"),
        ("2016-05-31 00:05," + "9" * 129 + ",1,1,in,1", "card longer"),
        ("2016-05-31 00:05,c,1,,in,1", "no reader"),
        ("2016-05-31 00:05,c,1,东,in,1", "reader '1-东'"),
        ("2016-05-31 00:05,c,1,1,sideways,1", "direction 'sideways'"),
        ("2016-05-31 00:05,c,1,1,in,perhaps", "granted 'perhaps'"),
        ("2016-05-31 00:05,c,1", "3 columns where the header has 6"),
        ('2016-05-31 00:05,"c,1,1,in,1', "not CSV"),
        ("x" * 200_000, "longer than"),
    ],
)
def test_a_record_that_is_no_swipe_says_why_and_the_next_is_read(
    tmp_path: Path, line: str, reason: str
) -> None:
    bad, good = read(tmp_path, f"{HEADER}{line}\n2016-05-31 00:05,c,1,1,in,1\n")
    assert isinstance(bad, Unreadable)
    assert (bad.source, bad.line) == ("log.csv", 2)
    assert reason in bad.reason
    assert isinstance(good, Swipe)


@pytest.mark.parametrize(
    ("line", "card"),
    [
        ("noon,0451,3,gate,in,yes", "0451"),
        ("noon,0451,3,gate,in", ""),  # columns may have shifted
        ('noon,"0451,3,gate,in,yes', ""),
    ],
)
def test_a_bad_record_tells_its_card_where_that_is_sure(
    tmp_path: Path, line: str, card: str
) -> None:
    (bad,) = read(tmp_path, HEADER + line + "\n")
    assert isinstance(bad, Unreadable)
    assert bad.card == card


PEOPLE = "when,name,card,floor,zone,way,ok,remark\n"


@pytest.mark.parametrize(
    ("line", "text"),
    [
        (
            'noon,"Wang, Min 王敏",0451,3,"gate, east",in,yes,fever',
            'noon,,0451,3,"gate, east",in,yes,',
        ),
        ("noon,王敏,0451,3,gate,in,yes", "#,#,#,#,#,#,#"),  # columns may have shifted
        ('noon,"王敏,0451,3,gate,in,yes,Wang', '#,"#,#,#,#,#,#,#'),
        ("noon,Wang Min\udcff,0451,3,gate,in,yes,", "#,# #\\#,#,#,#,#,#,"),  # not UTF-8
    ],
)
def test_of_a_bad_record_no_column_leaves_the_edge_that_nobody_named(
    tmp_path: Path, line: str, text: str
) -> None:
    log = (PEOPLE + line).encode("utf-8", "surrogateescape")
    (bad,) = read(tmp_path, log)
    assert isinstance(bad, Unreadable)
    assert bad.text == text
    payload = pack_unreadable(bad, agent="a", epoch=1, seq=1).payload
    for personal in ("Wang", "王敏", "fever"):
        assert personal.encode() not in payload


def test_other_encodings_are_read_when_named_and_reported_when_not(tmp_path: Path) -> None:
    text = "时间,卡号,门\n2016-05-31 00:05,甲7,gate\n".encode("gb18030")
    columns = SwipeColumns("时间", "卡号", ("门",), encoding="gb18030")
    assert read(tmp_path, text, columns) == [Swipe("gate", micros(2016, 5, 31, 0, 5), "甲7")]
    english = b"t,c,r\n2016-05-31 00:05,\xbc\xd77,gate\n"
    (bad,) = read(tmp_path, english, SwipeColumns("t", "c", ("r",)))
    assert isinstance(bad, Unreadable)
    assert bad.reason == "not utf-8: name the log's encoding"


def test_a_time_that_the_clocks_skipped_is_no_swipe(tmp_path: Path) -> None:
    columns = SwipeColumns("t", "c", ("r",), time_zone="Europe/Berlin")
    (bad,) = read(tmp_path, "t,c,r\n2016-03-27 02:30,x,gate\n", columns)
    assert isinstance(bad, Unreadable)
    assert "skipped" in bad.reason


@pytest.mark.parametrize(
    ("columns", "complaint"),
    [
        (SwipeColumns("time", "card", ("zone",)), "no column 'time'; it has when, card"),
        (SwipeColumns("when", "card", ("zone",), time_zone="Mars/Base"), "Mars/Base"),
        (SwipeColumns("when", "card", ("zone",), encoding="klingon"), "klingon"),
    ],
)
def test_a_log_that_cannot_be_read_as_a_whole_is_refused(
    tmp_path: Path, columns: SwipeColumns, complaint: str
) -> None:
    with pytest.raises(SwipeLogError, match=complaint):
        read(tmp_path, HEADER + "2016-05-31 00:05,c,1,1,in,1\n", columns)


def test_a_missing_and_an_empty_log_are_refused(tmp_path: Path) -> None:
    with pytest.raises(SwipeLogError, match="No such file"):
        list(read_swipe_log(tmp_path / "none.csv", COLUMNS))
    with pytest.raises(SwipeLogError, match="no column"):
        read(tmp_path, "")


@pytest.mark.skipif(not VAST.exists(), reason="the trial data are not here")
def test_every_record_of_a_real_office_log_is_a_swipe() -> None:
    columns = SwipeColumns("timestamp", "prox-id", ("floor", "zone"))
    records = list(read_swipe_log(VAST, columns))
    assert len(records) == 29_763
    assert sum(isinstance(record, Swipe) for record in records) == 29_763
    assert sum(r.reader == "3-Server-Room" for r in records if isinstance(r, Swipe)) == 29
