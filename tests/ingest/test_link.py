from __future__ import annotations

import pytest

from ingest.link import Link, LinkError


@pytest.mark.parametrize("url", ["", "localhost:1883", "http://localhost", "mqtt://"])
def test_an_address_of_no_broker_is_refused_with_the_setting_to_check(url: str) -> None:
    with pytest.raises(LinkError, match=r"check \[broker\] url"):
        Link(url, name="w", username=None, password=None, in_flight=10, receive=lambda *_: None)
