"""Every error below /api/ is a problem document, whoever noticed it."""

from collections.abc import Callable

import pytest
from pytest_django.live_server_helper import LiveServer

from classifier.api import profile
from tests.classifier.api.conftest import Program, code
from tests.support.images import outfit_jpeg

ID = "3f2c8a52-8f0e-4a53-9a0e-0c6f6f1f2b11"


@pytest.mark.parametrize(
    ("method", "path", "status", "reason"),
    [
        ("GET", "outfits/" + ID, 404, "not_found"),
        ("GET", "outfits/no-id", 404, "not_found"),
        ("GET", "nothing/here", 404, "not_found"),
        ("GET", "/api/", 404, "not_found"),
        ("PATCH", "outfits", 405, "method_not_allowed"),
        ("GET", "outfits?limit=0", 422, "invalid_request"),
        ("GET", "outfits?cursor=nonsense", 422, "invalid_request"),
        ("GET", "outfits?cursor=" + "ä" * 20, 422, "invalid_request"),
        ("GET", "outfits?style=%00", 422, "invalid_request"),
        ("GET", f"outfits/{ID}?wait=21", 422, "invalid_request"),
    ],
)
def test_a_wrong_request(owners: Program, method: str, path: str, status: int, reason: str) -> None:
    answer = owners.request(method, path)
    assert (answer.status_code, code(answer)) == (status, reason)


def test_what_is_wrong_is_named(owners: Program) -> None:
    errors = owners.post("batches", json={"name": "\0"}).json()["errors"]
    assert errors[0]["where"] == "body.batch.name"


def test_405_names_what_is_allowed(owners: Program) -> None:
    assert set(owners.patch("outfits").headers["Allow"].split(", ")) == {"GET", "POST"}


def test_a_body_that_is_no_json(owners: Program) -> None:
    json = {"Content-Type": "application/json"}
    answer = owners.post("batches", content=b"{", headers=json)
    assert (answer.status_code, code(answer)) == (400, "bad_request")


def test_another_media_type(owners: Program) -> None:
    answer = owners.post("batches", content=b'{"name": "x"}', headers={"Content-Type": "text/csv"})
    assert (answer.status_code, code(answer)) == (415, "unsupported_media_type")
    assert code(owners.post("outfits", json={})) == "unsupported_media_type"


def test_a_file_that_is_too_large(owners: Program, settings: object) -> None:
    settings.FASI_MAX_UPLOAD_BYTES = 1000  # type: ignore[attr-defined]
    answer = owners.upload(outfit_jpeg())
    assert (answer.status_code, code(answer)) == (413, "too_large")


def test_too_many_files(owners: Program, settings: object) -> None:
    settings.FASI_MAX_FILES_PER_REQUEST = 2  # type: ignore[attr-defined]
    for headers in ({}, {"Idempotency-Key": "three"}):
        answer = owners.upload(b"1", b"2", b"3", headers=headers)
        assert (answer.status_code, code(answer)) == (413, "too_many_files")
        assert "up to 2 files" in answer.json()["detail"]


def test_our_own_fault(owners: Program, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(profile, "ProfileOut", None)
    answer = owners.get("profile")
    assert (answer.status_code, code(answer)) == (500, "server_error")


def test_a_host_that_is_not_ours(live_server: LiveServer, owners: Program) -> None:
    answer = owners.get("profile", headers={"Host": "evil.example"})
    assert (answer.status_code, code(answer)) == (400, "bad_request")


def test_the_type_leads_to_an_explanation(program: Callable[..., Program]) -> None:
    told = program().get("outfits").json()
    assert program().get(told["type"].removeprefix("/api/v1/")).json() == {
        "code": "unauthenticated",
        "title": told["title"],
        "status": 401,
    }
