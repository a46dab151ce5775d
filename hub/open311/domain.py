"""What a client sends and is told, by GeoReport v2. Pure.

The field names are those of the specification (wiki.open311.org/GeoReport_v2). Times are int64
microseconds UTC, points planar metres.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

import msgspec

from edge.wire import Micros
from hub.open311.rules import Open311Rules
from hub.plans.categories import Category, Department
from hub.sites.domain import Name, Point
from hub.sites.projection import FARTHEST_LAT, Projection
from ingest import clock

LONGEST_SPAN = timedelta(days=90)  # GeoReport v2, GET service requests
MOST = 1000  # GeoReport v2, GET service requests: as many as a list holds
LONGEST_WORDS = 4000  # characters; GeoReport v2, POST service request
SUBJECTS = ("hydrant", "equipment")  # what an attribute may name by its number


class Open311Error(Exception):
    """A request is refused: each line is told with the HTTP status, as the specification has it."""

    def __init__(self, status: int, *lines: str) -> None:
        super().__init__("; ".join(lines))
        self.status, self.lines = status, lines


class Frame:
    """How `lat` and `long` become the site's metres and back.

    A site without an origin on the earth has a convention of its own: `long` is metres to the east
    and `lat` metres to the north of its own zero.
    """

    def __init__(self, origin: Point | None) -> None:
        self._projection = None if origin is None else Projection(origin)

    @property
    def is_local(self) -> bool:
        """Whether the numbers are the site's own metres."""
        return self._projection is None

    def to_metres(self, lat: float, long: float) -> Point:
        """A point of the site.

        Raises:
            Open311Error: it is no place on earth.
        """
        if self._projection is None:
            return (round(long, 3), round(lat, 3))
        if not (-180 <= long <= 180 and abs(lat) <= FARTHEST_LAT):
            raise Open311Error(400, "lat and long must be degrees (WGS 84)")
        return self._projection.to_metres((long, lat))

    def to_latlong(self, at: Point) -> tuple[float, float]:
        """`lat` and `long` of a point."""
        if self._projection is None:
            return at[1], at[0]
        long, lat = self._projection.to_lonlat(at)
        return lat, long


class Sent(msgspec.Struct, frozen=True, kw_only=True):
    """A service request as a client sends it; `subject` is what an attribute names."""

    service: str
    point: Point | None
    address: str
    address_id: str
    subject: tuple[str, str] | None
    words: str
    media_url: str
    name: str
    contact: str


def read_request(fields: Mapping[str, str], services: Mapping[str, Category], frame: Frame) -> Sent:
    """What somebody reports.

    Raises:
        Open311Error: a 400 for what is missing or wrong, a 404 for an unknown service.
    """
    given = {name: text.strip() for name, text in fields.items()}
    code = given.get("service_code", "")
    if not code:
        raise Open311Error(400, "service_code was not provided")
    if code not in services:
        raise Open311Error(404, f"service_code {code} was not found")
    lat, long = given.get("lat", ""), given.get("long", "")
    address, address_id = given.get("address_string", ""), given.get("address_id", "")
    if bool(lat) != bool(long):
        raise Open311Error(400, "lat and long must both be provided")
    named = _subject(given, services[code])
    if not (lat or address or address_id or named):
        raise Open311Error(400, "lat and long, address_string or address_id was not provided")
    words = given.get("description", "")
    if len(words) > LONGEST_WORDS:
        raise Open311Error(400, f"description is longer than {LONGEST_WORDS} characters")
    if any("\0" in text for text in given.values()):
        raise Open311Error(400, "there is a NUL character in it")
    person = " ".join(given[part] for part in ("first_name", "last_name") if given.get(part))
    contact = " ".join(given[part] for part in ("email", "phone") if given.get(part))
    return Sent(
        service=code,
        point=frame.to_metres(_number(lat, "lat"), _number(long, "long")) if lat else None,
        address=address[:LONGEST_WORDS],
        address_id=address_id,
        subject=named,
        words=words,
        media_url=given.get("media_url", "")[:2000],
        name=person[:200],
        contact=contact[:200],
    )


def services_of(categories: Mapping[str, Category]) -> dict[str, Category]:
    """What can be reported, by service code."""
    return {code: one for code, one in categories.items() if one.reportable}


def service(
    code: str, category: Category, departments: Mapping[str, Department], rules: Open311Rules
) -> dict[str, Any]:
    """One service of the list."""
    lead = departments.get(category.lead or "")
    return {
        "service_code": code,
        "service_name": _said(category.title, rules),
        "description": " / ".join((category.title.zh, category.title.en)),
        "metadata": bool(_attributes(category)),
        "type": "realtime",
        "keywords": ",".join((category.sort, *category.about)),
        "group": "" if lead is None else _said(lead.title, rules),
    }


def definition(code: str, category: Category) -> dict[str, Any]:
    """The attributes of a service."""
    return {
        "service_code": code,
        "attributes": [
            {
                "variable": True,
                "code": subject,
                "datatype": "string",
                "required": False,
                "datatype_description": "The number on its plate, as in the site's register",
                "order": order,
                "description": {"hydrant": "Hydrant", "equipment": "Fire equipment"}[subject],
                "values": [],
            }
            for order, subject in enumerate(_attributes(category), start=1)
        ],
    }


class Wanted(msgspec.Struct, frozen=True, kw_only=True):
    """Which requests are asked for; `numbers` overrides all else. `open` None: both."""

    numbers: tuple[int, ...] | None = None
    services: tuple[str, ...] | None = None
    start: Micros
    end: Micros
    open: bool | None = None
    limit: int = MOST
    page: int = 1


def read_filter(query: Mapping[str, str], now: Micros) -> Wanted:
    """The filter in a query.

    Raises:
        Open311Error: a 400, if it is none.
    """
    if any("\0" in text for text in query.values()):
        raise Open311Error(400, "there is a NUL character in it")
    numbers = None
    if query.get("service_request_id"):
        numbers = tuple(number_of(one) for one in query["service_request_id"].split(","))
    services = tuple(query["service_code"].split(",")) if query.get("service_code") else None
    span = round(LONGEST_SPAN.total_seconds() * 1e6)
    end = _time(query["end_date"], "end_date") if query.get("end_date") else None
    start = _time(query["start_date"], "start_date") if query.get("start_date") else None
    if start is None:
        start = (now if end is None else end) - span
    if end is None:
        end = min(now, start + span) if start < now else start
    if end - start > span or end < start:
        raise Open311Error(400, "start_date and end_date may span 90 days at most")
    states = {one.strip() for one in query.get("status", "").split(",") if one.strip()}
    if states - {"open", "closed"}:
        raise Open311Error(400, "status must be open, closed or both")
    return Wanted(
        numbers=numbers,
        services=services,
        start=start,
        end=end,
        open=None if len(states) != 1 else states == {"open"},
        limit=_count(query.get("page_size"), "page_size", MOST),
        page=_count(query.get("page"), "page", 1, most=10_000),
    )


def number_of(text: str) -> int:
    """The number of a request.

    Raises:
        Open311Error: a 404, if it is none.
    """
    number = int(text) if text.strip().isascii() and text.strip().isdigit() else 0
    if not 0 < number < 2**63:
        raise Open311Error(404, f"service_request_id {text.strip()} was not found")
    return number


def w3c(at: Micros | None) -> str | None:
    """A moment as W3C has it, with seconds."""
    return None if at is None else f"{clock.moment(at):%Y-%m-%dT%H:%M:%SZ}"


def _said(name: Name, rules: Open311Rules) -> str:
    return name.zh if rules.language == "zh" else name.en


def _attributes(category: Category) -> list[str]:
    return [subject for subject in SUBJECTS if subject in category.about]


def _subject(given: Mapping[str, str], category: Category) -> tuple[str, str] | None:
    told = [
        (subject, given[f"attribute[{subject}]"])
        for subject in _attributes(category)
        if given.get(f"attribute[{subject}]")
    ]
    if len(told) > 1:
        raise Open311Error(400, "attributes name more than one thing: keep one")
    return told[0] if told else None


def _number(text: str, name: str) -> float:
    try:
        number = float(text)
    except ValueError:
        number = float("nan")
    if not abs(number) < 1e9:
        raise Open311Error(400, f"{name} is not a number")
    return number


def _count(text: str | None, name: str, default: int, most: int = MOST) -> int:
    if not text:
        return default
    if not (text.isascii() and text.isdigit() and 0 < int(text) <= most):
        raise Open311Error(400, f"{name} must be from 1 to {most}")
    return int(text)


_EARLIEST, _LATEST = datetime(1970, 1, 1, tzinfo=UTC), datetime(2200, 1, 1, tzinfo=UTC)


def _time(text: str, name: str) -> Micros:
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        moment = None
    if moment is None:
        raise Open311Error(400, f"{name} is not a W3C date and time: 2027-01-31T08:00:00Z")
    moment = moment if moment.tzinfo is not None else moment.replace(tzinfo=UTC)
    if not _EARLIEST <= moment < _LATEST:
        raise Open311Error(400, f"{name} lies out of all reach")
    return clock.micros(moment)


def told_lines(sent: Sent) -> Iterator[str]:
    """What a case's log keeps of a request in words."""
    if sent.words:
        yield sent.words
    if sent.address and sent.point is not None:
        yield sent.address
    if sent.media_url:
        yield sent.media_url
