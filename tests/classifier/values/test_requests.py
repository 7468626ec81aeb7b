"""Requests that were answered 500 once: each gets a 4xx, or what an address without it gets."""

import uuid
from urllib.parse import quote

import pytest
from django.contrib.auth.models import User
from django.test import Client

from classifier.integrations.tokens import issue_token
from classifier.models import ApiToken, Batch, Scope
from classifier.values.places import Place
from tests.support.nasty import MOMENTS

ID = uuid.UUID(int=7)


@pytest.mark.parametrize(
    ("address", "status"),
    [
        ("/s/%00aaaaaaaaaaaaaaaaaaaaa/", 400),
        ("/s/short/", 404),
        ("/outfits/?style=%00", 400),
        ("/staff/dead-letters/?reason=%00", 400),
        ("/admin/classifier/outfit/?error_code=%00", 400),
        ("/admin/classifier/outfit/?style=a%00b", 400),
        ("/accounts/login/?next=http://[::1/", 400),
    ],
)
def test_an_address_that_is_no_text_is_refused(as_staff: Client, address: str, status: int) -> None:
    answer = as_staff.get(address)
    assert answer.status_code == status
    title = {400: b"<h1>Bad request", 404: b"<h1>Page not found"}[status]
    assert title in answer.content


@pytest.mark.parametrize("moment", MOMENTS)
def test_a_place_at_the_end_of_the_calendar_is_a_page(as_owner: Client, moment: str) -> None:
    assert as_owner.get(f"/outfits/?after={quote(f'{moment}_{ID}')}").status_code == 200


@pytest.mark.parametrize("moment", MOMENTS)
def test_a_moment_at_the_end_of_the_calendar_is_taken_or_refused(owner: User, moment: str) -> None:
    token = issue_token(owner, "test", [Scope.READ]).text
    program = Client(headers={"Authorization": f"Bearer {token}"})
    in_utc = moment not in (MOMENTS[1], MOMENTS[2])
    expected = 200 if in_utc else 422
    for name in ("created_after", "created_before"):
        answer = program.get(f"/api/v1/outfits?{name}={quote(moment)}")
        assert answer.status_code == expected, answer.content
    if in_utc:
        cursor = Place.read(f"{moment}_{ID}").cursor
        assert program.get(f"/api/v1/outfits?cursor={cursor}").status_code == 200


def test_the_name_of_a_batch_is_one_line(as_owner: Client) -> None:
    for name in ("a\0b", "a\nb", "a\x1b[31m"):
        assert as_owner.post("/batches/", {"name": name, "photo": []}).status_code == 400
    assert not Batch.objects.exists()


def test_the_name_of_a_token_is_one_line(as_owner: Client) -> None:
    form = {"name": "two\nlines", "scopes": ["read"], "days": "30"}
    answer = as_owner.post("/account/tokens/", form)
    assert answer.status_code == 422
    assert b"Enter a single line." in answer.content
    assert not ApiToken.objects.exists()


def test_a_session_of_control_characters_is_refused() -> None:
    answer = Client().get("/", headers={"Cookie": 'sessionid="' + r"\000" * 32 + '"'})
    assert answer.status_code == 400


def test_a_part_of_a_page_whose_own_address_cannot_be_read_still_sends_to_sign_in() -> None:
    headers = {"HX-Request": "true", "HX-Current-URL": "http://[::1/"}
    answer = Client().get(f"/outfits/{ID}/state/", headers=headers)
    assert answer.headers["HX-Redirect"] == "/accounts/login/?next=%2F"


def test_the_api_refuses_control_characters_with_a_problem(owner: User) -> None:
    token = issue_token(owner, "test", [Scope.READ, Scope.WRITE]).text
    program = Client(headers={"Authorization": f"Bearer {token}"})
    in_body = program.post("/api/v1/batches", '{"name": "a\\u0000b"}', "application/json")
    in_query = program.get("/api/v1/outfits?style=%00")
    two_lines = program.post("/api/v1/batches", '{"name": "a\\nb"}', "application/json")
    for answer in (in_body, in_query, two_lines):
        assert answer.status_code == 422
        assert answer["Content-Type"] == "application/problem+json"
