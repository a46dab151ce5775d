"""Push: make a Grafana hold our data source and dashboards, through grafana-client."""

from __future__ import annotations

from typing import Any, cast

from grafana_client.api import GrafanaApi
from grafana_client.client import GrafanaClientError, GrafanaException

from dashboards.model import SOURCE_UID
from dashboards.overview import overview


class PushError(Exception):
    """Grafana could not be reached or refused; the text says what to do."""


def push(url: str, credential: str | tuple[str, str], source: dict[str, Any]) -> list[str]:
    """Create or update the data source and every dashboard; returns the dashboards' addresses.

    `credential` is a service account's token, or user name and password. Safe to repeat.

    Raises:
        PushError: Grafana can't be reached or refuses.
    """
    grafana = GrafanaApi.from_url(url, credential=credential)
    try:
        sources = cast(list[dict[str, Any]], grafana.datasource.list_datasources())
        known = {one["uid"] for one in sources}
        if SOURCE_UID in known:
            grafana.datasource.update_datasource_by_uid(SOURCE_UID, source)
        else:
            grafana.datasource.create_datasource(source)
        answers: list[dict[str, Any]] = [
            grafana.dashboard.update_dashboard({"dashboard": board, "overwrite": True})
            for board in (overview(),)
        ]
    except GrafanaClientError as error:
        raise PushError(f"Grafana at {url} refused: {error}; check the credential") from error
    except (GrafanaException, OSError) as error:
        raise PushError(f"Grafana at {url} can't be reached: {error}; check the address") from error
    return [url.rstrip("/") + answer["url"] for answer in answers]
