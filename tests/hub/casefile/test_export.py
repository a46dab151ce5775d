"""One case, one file: what comes out of the hub."""

from __future__ import annotations

import csv
import json
from hashlib import sha256
from io import StringIO
from xml.etree.ElementTree import fromstring
from zipfile import ZipFile

import psycopg
import pytest
from psycopg import errors

from tests.hub.casefile.conftest import NOTE, PDF, Filed, picture


def test_everything_of_a_case_is_in_its_archive(filed: Filed) -> None:
    """CA-22 in part, HZ-08 in part"""
    with ZipFile(filed.open()) as archive:
        assert archive.testzip() is None
        manifest = json.loads(archive.read("manifest.json"))
        photo = sha256(picture()).hexdigest()
        whats = {entry["path"]: entry["what"] for entry in manifest["files"]}
        assert archive.read(f"photos/{photo}.jpg") == picture()
        (document,) = (path for path, what in whats.items() if what == "document")
        assert archive.read(document) == PDF
        assert document.endswith("-报告_1.pdf")
        log = [json.loads(line) for line in archive.read("log.jsonl").splitlines()]
        rows = list(
            csv.DictReader(StringIO(archive.read("readings/hydrant-07.pressure.csv").decode()))
        )
        plot = fromstring(archive.read("readings/hydrant-07.pressure.svg"))
        assert archive.read("case.pdf").startswith(b"%PDF-")
        shown = json.loads(archive.read("case.json"))
        assert set(archive.namelist()) == {*whats, "manifest.json"}
    assert [one["seq"] for one in log] == list(range(1, len(log) + 1))
    assert log[-1]["hash"] == manifest["about"]["chain"]["head"]
    assert shown["case"]["number"] == manifest["about"]["number"]
    assert len(rows) == 110
    assert {row["value [MPa]"] for row in rows} == {"0.3", "0.11"}
    assert all(row["time"].endswith("Z") for row in rows)
    assert plot.findall("{*}polyline")
    (by,) = (one for one in manifest["files"] if one["path"] == document)
    assert (by["actor"], by["type"]) == ("p-west", "application/pdf")
    assert log[by["event"] - 1]["note"] == NOTE


def test_evidence_stands_in_the_log_with_author_and_time(filed: Filed) -> None:
    """HZ-08 in part"""
    file = filed.hub.get(f"/api/cases/{filed.case}")
    (handled,) = (one for one in file["log"] if one["event"] == "handled")
    (document,) = handled["data"]["documents"]
    assert (handled["actor"], document["actor"], document["name"]) == (
        "p-west",
        "p-east",
        "报告 1.pdf",
    )
    assert document["sha256"] == sha256(PDF).hexdigest()
    (shown,) = file["evidence"]["documents"]
    assert filed.hub.client.get(shown["path"]).content == PDF
    assert len(file["evidence"]["photos"]) == 2
    noted = next(one for one in file["log"] if one["event"] == "noted")
    assert (noted["actor"], len(noted["data"]["photos"])) == ("p-chief", 1)


def test_the_printed_file_comes_in_both_languages(filed: Filed) -> None:
    """CA-22 in part"""
    for language in ("zh", "en"):
        answer = filed.hub.client.get(
            f"/api/cases/{filed.case}/file.pdf", params={"lang": language}
        )
        assert answer.status_code == 200, answer.text
        assert answer.headers["content-type"] == "application/pdf"
        assert answer.content.startswith(b"%PDF-")
        assert b"WenQuanYi" in answer.content or b"Noto" in answer.content


def test_a_case_that_is_not_there_has_no_file(filed: Filed) -> None:
    for suffix in ("pdf", "zip"):
        answer = filed.hub.client.get(f"/api/cases/9999/file.{suffix}")
        assert answer.status_code == 404
        assert answer.headers["content-type"] == "application/problem+json"


def test_what_was_not_sent_before_is_no_evidence(filed: Filed) -> None:
    headers = {"X-Gridwarden-Person": "p-chief"}
    path = f"/api/cases/{filed.case}/evidence"
    for body, field in (
        ({"documents": ["0" * 64]}, "body.documents"),
        ({"photos": ["0" * 64]}, "body.photos"),
        ({"note": "nothing"}, "body"),
    ):
        answer = filed.hub.client.post(path, json=body, headers=headers)
        assert answer.status_code == 422, answer.text
        assert [error["field"] for error in answer.json()["errors"]] == [field]


def test_a_document_that_a_case_refers_to_is_kept_unchanged(filed: Filed) -> None:
    """HZ-08 in part"""
    with psycopg.connect(filed.hub.database_url, autocommit=True) as conn:
        for change in (
            "delete from hub.attachments",
            "update hub.attachments set bytes = ''",
            "update hub.attachments set held = false",
            "truncate hub.attachments",
        ):
            with pytest.raises(errors.RestrictViolation):
                conn.execute(change)


def test_evidence_sent_again_with_its_key_is_added_once(filed: Filed) -> None:
    sent = filed.hub.client.post("/api/photos", content=picture()).json()["hash"]
    headers = {"X-Gridwarden-Person": "p-chief", "Idempotency-Key": "e-1"}
    path = f"/api/cases/{filed.case}/evidence"
    first, again = (
        filed.hub.client.post(path, json={"photos": [sent]}, headers=headers) for _ in range(2)
    )
    assert (first.status_code, first.json()) == (201, again.json())
    log = filed.hub.get(f"/api/cases/{filed.case}")["log"]
    assert [one["data"].get("photos") for one in log].count([sent]) == 2  # once when handled


def test_a_case_of_another_grid_has_no_file_for_its_neighbour(filed: Filed) -> None:
    for suffix in ("pdf", "zip"):
        path = f"/api/cases/{filed.case}/file.{suffix}"
        headers = {"X-Gridwarden-Person": "p-east"}
        assert filed.hub.client.get(path, headers=headers).status_code == 404
