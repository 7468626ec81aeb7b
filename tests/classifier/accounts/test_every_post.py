"""Every POST route of the site, tried by those who must not get through."""

from collections.abc import Callable
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import Client

from classifier.integrations.tokens import issue_token
from classifier.models import Batch, Outfit
from tests.conftest import signed_in
from tests.support.routes import ID, addresses

# Who has no account yet, or forgot a password, posts there; so does who chooses a language.
FOR_EVERYBODY = (
    "/accounts/login/",
    "/accounts/signup/",
    "/accounts/password/reset/",
    "/accounts/logout/",
    "/accounts/confirm-email/",
    "/accounts/oidc/",
    "/accounts/2fa/webauthn/login/",
    "/accounts/2fa/authenticate/",
    "/accounts/3rdparty/login/",
    "/accounts/3rdparty/signup/",
    "/accounts/social/",
    "/accounts/login/code/",
    "/accounts/inactive/",
    "/account/address/undo/",
    "/language/",
    "/try/",
    "/admin/login/",
    "/admin/logout/",
    "/_may_send",
    "/healthz",
    "/readyz",
)
PAGES = addresses(outside=("/api/",))
GUARDED = addresses(outside=("/api/", *FOR_EVERYBODY))
NOT_TAKEN = (404, 405)
LEADS_TO_A_FACTOR = ("/accounts/2fa/", "/accounts/reauthenticate/", "/accounts/email/")


def test_without_the_token_of_the_form_nothing_is_taken(owner: User) -> None:
    for address in PAGES:
        client = signed_in(owner, enforce_csrf_checks=True)
        assert client.post(address).status_code in (403, *NOT_TAKEN), address


def test_nobody_posts_without_a_session(site: None) -> None:
    for address in GUARDED:
        answer = Client().post(address)
        if answer.status_code == 302:
            assert "/login/" in answer["Location"], address
        else:
            assert answer.status_code in (403, *NOT_TAKEN), address


def test_staff_without_a_factor_post_nothing(staff: User, settings: Any) -> None:
    settings.FASI_STAFF_NEED_FACTOR = True
    client = signed_in(staff)
    for address in GUARDED:
        if not address.startswith(LEADS_TO_A_FACTOR):
            assert client.post(address)["Location"] == "/accounts/2fa/", address


@pytest.fixture
def of_the_owner(owner: User, make_outfit: Callable[..., Outfit]) -> None:
    """Rows whose ids are the ones in the sampled addresses."""
    outfit = make_outfit()
    Outfit.objects.filter(pk=outfit.pk).delete()
    outfit.pk = ID
    outfit.save(force_insert=True)
    Batch.objects.create(pk=ID, owner=owner, name="holidays", total=1)


@pytest.mark.usefixtures("of_the_owner")
def test_nobody_posts_to_what_is_somebody_elses(as_stranger: Client) -> None:
    before = list(Outfit.objects.values()), list(Batch.objects.values())
    for address in (address for address in GUARDED if ID in address):
        answer = as_stranger.post(address)
        # Revoking a token that is not one's own goes back to the list, and revokes nothing; so does
        # undoing a second time. Items of the catalogue are everybody's.
        told = any(each in address for each in ("/tokens/", "/bin/undo/", "/for-you/"))
        assert answer.status_code in (403, *NOT_TAKEN) or told, address
    assert (list(Outfit.objects.values()), list(Batch.objects.values())) == before


API = addresses("/api/v1/", outside=("/api/v1/problems/", "/api/v1/openapi.json"))
# Whoever may read may have a photo classified: it changes nothing, and takes no JSON.
KEEPS_NOTHING = {"/api/v1/classify": 415}


@pytest.mark.parametrize("method", ["post", "put", "patch", "delete"])
def test_a_token_that_may_only_read_changes_nothing(owner: User, method: str) -> None:
    token = issue_token(owner, "reads", ["read"]).text
    for address in API:
        answer = getattr(Client(), method)(
            address, content_type="application/json", headers={"Authorization": f"Bearer {token}"}
        )
        told = answer.status_code == KEEPS_NOTHING.get(address)
        assert answer.status_code in (403, *NOT_TAKEN) or told, (address, answer.content)


@pytest.mark.parametrize("method", ["post", "put", "patch", "delete"])
def test_without_a_token_nothing_is_changed(as_owner: Client, method: str) -> None:
    for address in API:
        answer = getattr(as_owner, method)(address, content_type="application/json")
        assert answer.status_code in (401, *NOT_TAKEN), (address, answer.content)
