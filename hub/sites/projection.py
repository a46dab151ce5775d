"""Projection: planar metres to longitude and latitude and back, around the site's origin.

    lon = lon0 + deg(x / (N cos lat0))        N = a / sqrt(1 - e² sin² lat0)
    lat = lat0 + deg(y / M)                   M = a (1 - e²) / (1 - e² sin² lat0)^(3/2)

N and M are the radii of curvature of the WGS 84 ellipsoid at the origin (a = 6 378 137 m,
f = 1 / 298.257223563). Linear, so that going there and back changes nothing. Five kilometres from
the origin, straight lines are off by about y tan lat0 / N: some metres in middle latitudes.
"""

from __future__ import annotations

from math import cos, degrees, radians, sin, sqrt

from hub.sites.domain import Point, SiteError

_A = 6_378_137.0
_F = 1 / 298.257223563
_E2 = _F * (2 - _F)
FARTHEST_LAT = 85.0  # nearer to a pole, metres to the east make no sense


class Projection:
    """Of one origin (longitude, latitude)."""

    def __init__(self, origin: Point) -> None:
        """Raises:
        SiteError: no place on Earth, or too near to a pole.
        """
        lon, lat = origin
        if not (-180 <= lon <= 180 and abs(lat) <= FARTHEST_LAT):
            raise SiteError(
                f"origin {lon}, {lat}: longitude from -180 to 180, latitude up to ±{FARTHEST_LAT:g}"
            )
        bend = 1 - _E2 * sin(radians(lat)) ** 2
        self._origin = origin
        self._east = _A / sqrt(bend) * cos(radians(lat))  # metres per radian of longitude
        self._north = _A * (1 - _E2) / bend**1.5

    def to_lonlat(self, at: Point) -> Point:
        """Degrees, to nine decimals: a tenth of a millimetre."""
        x, y = at
        lon = self._origin[0] + degrees(x / self._east)
        lat = self._origin[1] + degrees(y / self._north)
        return round(lon, 9), round(lat, 9)

    def to_metres(self, at: Point) -> Point:
        """Metres, to millimetres."""
        lon, lat = at
        x = radians(lon - self._origin[0]) * self._east
        y = radians(lat - self._origin[1]) * self._north
        return round(x, 3), round(y, 3)
