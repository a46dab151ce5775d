"""Forms, places and formats of Open311, without a hub."""

from __future__ import annotations

import json
from xml.etree.ElementTree import fromstring

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hub.open311.domain import Frame, Open311Error, read_filter
from hub.open311.form import read_form
from hub.open311.place import subject_of
from hub.open311.render import render
from hub.reports.domain import Where
from hub.sites.domain import Point

BOUNDARY = "gWb0undary"
DAY = 86_400_000_000


@settings(max_examples=60)
@given(st.binary(max_size=200), st.text(max_size=40).filter(lambda text: "\r" not in text))
def test_a_file_in_a_form_keeps_each_of_its_bytes(content: bytes, words: str) -> None:
    words = words.replace("\n", " ")
    body = (
        f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="description"\r\n\r\n{words}\r\n'
        f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="media"; filename="a.jpg"\r\n'
        "Content-Type: image/jpeg\r\n\r\n"
    ).encode(errors="surrogatepass")
    body += content + f"\r\n--{BOUNDARY}--\r\n".encode()
    form = read_form(f"multipart/form-data; boundary={BOUNDARY}", body)
    assert form.files == [content]
    assert form.fields == {"description": words}


@pytest.mark.parametrize(
    ("kind", "body"),
    [
        ("application/json", b"{}"),
        ("multipart/form-data", b"nothing"),
        ("multipart/form-data; boundary=x", b"--x\r\n\r\nnameless\r\n--x--\r\n"),
        ("application/x-www-form-urlencoded", b"description=%ff"),
        ("application/x-www-form-urlencoded", b"\xff"),
        ("application/x-www-form-urlencoded", b"&".join(b"a%d=1" % n for n in range(101))),
    ],
)
def test_what_is_no_form_is_refused(kind: str, body: bytes) -> None:
    with pytest.raises(Open311Error):
        read_form(kind, body)


@given(st.none() | st.tuples(st.floats(-179, 179), st.floats(-80, 80)),
       st.tuples(st.floats(-5000, 5000), st.floats(-5000, 5000)))  # fmt: skip
def test_metres_come_back_from_lat_and_long(origin: Point | None, at: Point) -> None:
    frame = Frame(origin)
    again = frame.to_metres(*frame.to_latlong(at))
    assert again == pytest.approx(at, abs=0.01)
    assert frame.is_local == (origin is None)


def test_a_list_reaches_back_ninety_days_unless_it_says_else() -> None:
    now = 400 * DAY
    assert read_filter({}, now).start == now - 90 * DAY
    assert read_filter({"end_date": "1970-04-11T00:00:00Z"}, now).start == 10 * DAY
    first = read_filter({"start_date": "1970-01-02T00:00:00Z"}, now)
    assert (first.start, first.end) == (DAY, 91 * DAY)
    assert read_filter({"status": "open,closed"}, now).open is None
    assert read_filter({"service_request_id": "4, 5"}, now).numbers == (4, 5)


@pytest.mark.parametrize(
    ("subject", "where"),
    [
        ("hydrant-07", Where(device="hydrant-07")),
        ("hydrant:H-1", Where(hydrant="H-1")),
        ("equipment:E-1", Where(equipment="E-1")),
        ("place:yard", Where(place="yard")),
        ("point:1.5,2.0", Where(point=(1.5, 2.0))),
    ],
)
def test_the_subject_of_a_case_is_what_a_report_of_it_is_about(subject: str, where: Where) -> None:
    assert subject_of(subject, {"hydrant-07"}) == where


@given(st.dictionaries(st.sampled_from("abc"), st.none() | st.booleans() | st.integers()
       | st.text(alphabet=st.characters(codec="utf-8"))))  # fmt: skip
def test_whatever_people_write_is_well_formed(content: dict[str, object]) -> None:
    marked, _ = render("xml", "requests", "request", [content])
    assert [child.tag for child in fromstring(marked)[0]] == list(content)
    plain, _ = render("json", "requests", "request", [content])
    assert json.loads(plain) == [content]
