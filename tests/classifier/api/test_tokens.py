"""Tokens: on their page, from the command line, in the header of a request."""

import hashlib
import re
from collections.abc import Callable
from datetime import timedelta
from io import StringIO

import pytest
from django.contrib.auth.models import User
from django.core.management import CommandError, call_command
from django.db import connection
from django.test import Client
from django.utils import timezone

from classifier.integrations.tokens import issue_token, well_formed
from classifier.models import ApiToken, Scope
from tests.classifier.api.conftest import Program, code

Programs = Callable[..., Program]


def made(client: Client, **form: object) -> str:
    answer = client.post("/account/tokens/", {"name": "laptop", "scopes": ["read"], **form})
    found = re.search(r'value="(fasi_\w+)"', answer.content.decode())
    assert found, answer.content.decode()
    return found[1]


def from_command(*arguments: str) -> str:
    out = StringIO()
    call_command("create_token", *arguments, stdout=out)
    return out.getvalue().strip()


def test_a_token_from_the_page_works(as_owner: Client, program: Programs) -> None:
    answer = program(made(as_owner)).get("profile")
    assert answer.json()["username"] == "owner"


def test_a_token_is_shown_once(as_owner: Client) -> None:
    text = made(as_owner)
    page = as_owner.get("/account/tokens/").content.decode()
    assert text not in page
    assert text[:12] in page


def test_the_database_does_not_know_the_text(owner: User) -> None:
    text = issue_token(owner, "laptop", [Scope.READ]).text
    with connection.cursor() as cursor:
        cursor.execute("SELECT classifier_apitoken::text FROM classifier_apitoken")
        row = cursor.fetchone()[0]
    assert text not in row
    assert text[12:] not in row
    assert hashlib.sha256(text.encode()).hexdigest() in row


def test_a_token_has_a_prefix_and_a_checksum_that_scanners_can_check(owner: User) -> None:
    text = issue_token(owner, "laptop", [Scope.READ]).text
    assert re.fullmatch(r"fasi_[0-9A-Za-z]{46}", text)
    assert well_formed(text)
    other = "0" if text[20] != "0" else "1"
    assert not well_formed(text[:20] + other + text[21:])


def test_a_revoked_token_is_refused_at_once(as_owner: Client, program: Programs) -> None:
    used = program(made(as_owner))
    assert used.get("profile").status_code == 200
    as_owner.post(f"/account/tokens/{ApiToken.objects.get().pk}/revoke/")
    answer = used.get("profile")
    assert (answer.status_code, code(answer)) == (401, "invalid_token")
    assert 'error="invalid_token"' in answer.headers["WWW-Authenticate"]


def test_nobody_revokes_another_persons_token(owner: User, as_stranger: Client) -> None:
    token = issue_token(owner, "laptop", [Scope.READ]).token
    as_stranger.post(f"/account/tokens/{token.pk}/revoke/")
    token.refresh_from_db()
    assert token.revoked is None
    assert token.start not in as_stranger.get("/account/tokens/").content.decode()


def test_an_expired_token_is_refused(owner: User, program: Programs) -> None:
    issued = issue_token(owner, "laptop", [Scope.READ], timezone.now() + timedelta(days=1))
    assert program(issued.text).get("profile").status_code == 200
    ApiToken.objects.update(expires=timezone.now())
    assert code(program(issued.text).get("profile")) == "invalid_token"


def test_a_closed_accounts_token_is_refused(owner: User, program: Programs) -> None:
    text = issue_token(owner, "laptop", [Scope.READ]).text
    User.objects.update(is_active=False)
    assert code(program(text).get("profile")) == "invalid_token"


def test_using_a_token_is_noted(owner: User, program: Programs) -> None:
    issued = issue_token(owner, "laptop", [Scope.READ])
    program(issued.text).get("profile")
    issued.token.refresh_from_db()
    assert issued.token.last_used is not None


def test_a_scope_that_is_missing_is_told(owner: User, program: Programs) -> None:
    reader = program(issue_token(owner, "laptop", [Scope.READ]).text)
    answer = reader.post("batches", json={"name": "mine"})
    assert (answer.status_code, code(answer)) == (403, "missing_scope")
    assert answer.json()["scope"] == "write"
    writer = program(issue_token(owner, "laptop", [Scope.WRITE]).text)
    assert code(writer.get("outfits")) == "missing_scope"


def test_releases_are_for_staff(owners: Program, staffs: Program, release: object) -> None:
    assert code(owners.get("releases")) == "missing_scope"
    listed = staffs.get("releases").json()["items"]
    assert [each["status"] for each in listed] == ["active"]
    assert staffs.get(f"releases/{listed[0]['name']}").json() == listed[0]


def test_who_is_no_longer_staff_loses_admin(staffs: Program) -> None:
    User.objects.update(is_staff=False)
    assert code(staffs.get("releases")) == "missing_scope"


def test_admin_is_not_offered_to_others(as_owner: Client, as_staff: Client) -> None:
    form = {"name": "mine", "scopes": ["admin"]}
    assert as_owner.post("/account/tokens/", form).status_code == 422
    assert as_staff.post("/account/tokens/", form).status_code == 200


def test_a_session_is_no_token(as_owner: Client) -> None:
    assert as_owner.get("/api/v1/profile").status_code == 401
    assert as_owner.post("/api/v1/batches", "{}", "application/json").status_code == 401


def test_no_token_at_all_is_told(program: Programs) -> None:
    answer = program().get("outfits")
    assert (answer.status_code, code(answer)) == (401, "unauthenticated")
    assert answer.headers["WWW-Authenticate"] == 'Bearer realm="fasi"'


def test_the_page_needs_a_person(site: None) -> None:
    assert Client().get("/account/tokens/").status_code == 302


def test_create_token_prints_nothing_but_the_token(owner: User, program: Programs) -> None:
    used = program(from_command("owner"))
    assert used.get("profile").status_code == 200
    assert used.post("batches", json={"name": "mine"}).status_code == 201


def test_create_token_takes_scopes_and_an_expiry(owner: User) -> None:
    from_command("owner", "--scope", "read", "--expires", "30")
    from_command("owner", "--expires", "2100-01-31T12:00+00:00")
    days, until = ApiToken.objects.order_by("created")
    assert days.scopes == ["read"]
    assert days.expires is not None
    assert timedelta(days=29) < days.expires - timezone.now() <= timedelta(days=30)
    assert (until.scopes, until.expires and until.expires.year) == (["read", "write"], 2100)


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["nobody"], "There is no user 'nobody'."),
        (["owner", "--scope", "admin"], "Only staff"),
        (["owner", "--expires", "soon"], "neither a number of days"),
        (["owner", "--expires", "9" * 30], "neither a number of days"),
        (["owner", "--expires", "2001-01-01T00:00"], "in the future"),
    ],
)
def test_create_token_says_what_is_wrong(owner: User, arguments: list[str], sentence: str) -> None:
    with pytest.raises(CommandError, match=sentence):
        from_command(*arguments)
