"""A reset, in two browsers: what a thief had ends, what the owner keeps is the account."""

from collections.abc import Callable
from typing import Any

import pytest
from allauth.socialaccount.models import SocialAccount
from django.contrib.auth.models import User
from django.test import Client

from classifier.accounts.end_access import end_all_access
from classifier.integrations.tokens import issue_token
from classifier.models import DirectUpload, Outfit, Release, Share, Webhook
from classifier.uploads import direct
from tests.conftest import signed_in
from tests.support.mails import link_in_last_mail, subjects
from worker.classification import work

PASSWORD = "a long password"
NEW = "a password that is new"


def reset(client: Client, address: str) -> None:
    """Ask for the mail, follow its link, set the password NEW."""
    client.post("/accounts/password/reset/", {"email": address})
    page = client.get(link_in_last_mail(address, "/password/reset/key/"), follow=True)
    form = {"password1": NEW, "password2": NEW}
    assert client.post(page.redirect_chain[-1][0], form).status_code == 302


class Thief:
    """Somebody with everything that an account can give away."""

    def __init__(self, owner: User, outfit: Outfit) -> None:
        self.browser = signed_in(owner)
        self.browser.get("/")
        self.token = issue_token(owner, "thief", ["read"]).text
        self.share = Share.objects.create(outfit=outfit)
        self.webhook = Webhook.objects.create(
            owner=owner, url="https://example.org/", secret="s", events=["outfit.done"]
        )
        self.upload = direct.begin(owner.pk, "photo.jpg")[0]
        SocialAccount.objects.create(user=owner, provider="oidc", uid="thief")

    def has(self) -> dict[str, bool]:
        """What still works."""
        headers = {"Authorization": f"Bearer {self.token}"}
        self.upload.refresh_from_db()
        return {
            "session": self.browser.get("/outfits/").status_code == 200,
            "token": Client().get("/api/v1/outfits", headers=headers).status_code == 200,
            "link": Client().get(f"/s/{self.share.token}/").status_code == 200,
            "webhook": Webhook.objects.filter(pk=self.webhook.pk).exists(),
            "upload": self.upload.status == DirectUpload.Status.WAITING,
            "connection": SocialAccount.objects.filter(uid="thief").exists(),
        }


@pytest.fixture
def thief(owner: User, make_outfit: Callable[..., Outfit], release: Release) -> Thief:
    outfit = make_outfit()
    work(budget_s=30)
    thief = Thief(owner, outfit)
    assert all(thief.has().values()), thief.has()
    return thief


def test_a_reset_ends_everything_that_was_given_before(thief: Thief, owner: User) -> None:
    reset(Client(), owner.email)
    assert not any(thief.has().values()), thief.has()
    answer = Client().post("/accounts/login/", {"login": owner.email, "password": NEW})
    assert answer.status_code == 302
    assert "All access to your account was ended" in subjects(owner.email)


def test_a_reset_in_the_browser_of_the_session_works(owner: User) -> None:
    reset(signed_in(owner), owner.email)


def test_a_change_ends_it_on_request_and_keeps_the_own_session(thief: Thief, owner: User) -> None:
    mine = signed_in(owner)
    form = {"oldpassword": PASSWORD, "password1": NEW, "password2": NEW, "end_access": "on"}
    assert mine.post("/accounts/password/change/", form).status_code == 302
    assert not any(thief.has().values()), thief.has()
    assert mine.get("/outfits/").status_code == 200


def test_a_change_without_the_request_ends_sessions_only(thief: Thief, owner: User) -> None:
    form = {"oldpassword": PASSWORD, "password1": NEW, "password2": NEW}
    signed_in(owner).post("/accounts/password/change/", form)
    assert [name for name, works in thief.has().items() if not works] == ["session"]


def test_erasing_ends_it(thief: Thief, owner: User) -> None:
    signed_in(owner).post("/account/data/erase/", {"confirm": PASSWORD})
    assert not any(thief.has().values()), thief.has()


def test_nobody_elses_access_ends(thief: Thief, as_stranger: Client, stranger: User) -> None:
    token = issue_token(stranger, "mine", ["read"]).text
    as_stranger.get("/")
    end_all_access(User.objects.get(username="owner"))
    assert as_stranger.get("/outfits/").status_code == 200
    headers = {"Authorization": f"Bearer {token}"}
    assert Client().get("/api/v1/outfits", headers=headers).status_code == 200


@pytest.mark.usefixtures("unconfirmed")
class TestBeforeTheAddressIsConfirmed:
    """Whoever signed up with somebody else's address gets nothing that lasts."""

    @pytest.fixture
    def unconfirmed(self, owner: User) -> None:
        owner.emailaddress_set.update(verified=False)  # type: ignore[attr-defined]

    def test_there_is_no_token(self, as_owner: Client) -> None:
        form = {"name": "mine", "scopes": ["read"], "days": "30"}
        answer = as_owner.post("/account/tokens/", form)
        assert answer.status_code == 422
        assert "Confirm your email address first" in answer.content.decode()

    def test_there_is_no_shared_link(
        self, as_owner: Client, make_outfit: Callable[..., Outfit], release: Release
    ) -> None:
        outfit = make_outfit()
        work(budget_s=30)
        as_owner.post(f"/outfits/{outfit.pk}/share/")
        assert not Share.objects.exists()

    def test_there_is_no_webhook(self, owner: User, settings: Any) -> None:
        owner.emailaddress_set.update(verified=True)  # type: ignore[attr-defined]
        token = issue_token(owner, "mine", ["write"]).text
        owner.emailaddress_set.update(verified=False)  # type: ignore[attr-defined]
        answer = Client().post(
            "/api/v1/webhooks",
            {"url": "https://127.0.0.1/", "events": ["outfit.done"]},
            content_type="application/json",
            headers={"Authorization": f"Bearer {token}"},
        )
        assert (answer.status_code, answer.json()["code"]) == (403, "address_unconfirmed")
