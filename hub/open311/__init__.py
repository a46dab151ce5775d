"""Open311: the GeoReport v2 API in front of the cases, for clients that cities use already."""
