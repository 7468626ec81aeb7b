"""A visitor's photo becomes the first of a new account."""

import hashlib
import time
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import Client

from classifier.models import Outfit
from classifier.storage.cache_server import cache_server
from classifier.trials import lane
from classifier.views.trials import COOKIE
from tests.classifier.trials.test_trials import in_memory, try_photo
from tests.conftest import signed_in
from tests.support.at_once import at_once
from tests.support.cache_away import cache_away
from tests.support.images import outfit_jpeg

pytestmark = pytest.mark.usefixtures("site")

PASSWORD = "a long password"


@pytest.fixture
def visitor() -> Client:
    """Who tried a photo."""
    client = Client()
    try_photo(client, outfit_jpeg(1))
    return client


def sign_up(visitor: Client, address: str) -> Any:
    form = {"email": "new@example.org", "password1": PASSWORD}
    return visitor.post(address, form, follow=True)


def test_signing_up_keeps_the_photo(visitor: Client) -> None:
    asked = visitor.post("/try/keep/")
    assert asked["Location"] == "/accounts/signup/?next=%2Ftry%2Fkeep%2F"
    page = sign_up(visitor, asked["Location"])
    outfit = Outfit.objects.get()
    assert page.redirect_chain[-1][0] == outfit.get_absolute_url()
    assert "Your photo is now in your account." in page.content.decode()
    assert outfit.owner.email == "new@example.org"
    assert outfit.original_name == "coat.jpg"
    # The same file uploaded later is the same outfit.
    assert outfit.sha256 == hashlib.sha256(outfit_jpeg(1)).hexdigest()
    assert not in_memory()
    assert not visitor.cookies[COOKIE].value


def test_whoever_signs_in_later_finds_it_on_the_way_home(visitor: Client, owner: User) -> None:
    visitor.post("/try/keep/")
    form = {"login": owner.email, "password": PASSWORD}
    visitor.post("/accounts/login/", form, follow=True)
    assert Outfit.objects.get().owner == owner


def test_it_is_kept_once(visitor: Client, owner: User) -> None:
    cookie = visitor.cookies[COOKIE].value

    def keep(_: int) -> str:
        browser = signed_in(owner)
        browser.cookies[COOKIE] = cookie
        return str(browser.post("/try/keep/")["Location"])

    said = at_once(4, keep)
    outfit = Outfit.objects.get()
    assert set(said) <= {outfit.get_absolute_url(), "/"}
    assert keep(0) == "/"  # it is gone from memory
    assert Outfit.objects.count() == 1


def test_after_its_end_there_is_a_sentence(visitor: Client, owner: User) -> None:
    cookie = visitor.cookies[COOKIE].value
    cache_server().flushdb()
    browser = signed_in(owner)
    browser.cookies[COOKIE] = cookie
    page = browser.post("/try/keep/", follow=True).content.decode()
    assert "That photo is gone" in page
    assert not Outfit.objects.exists()


def test_a_link_alone_keeps_nothing(visitor: Client, owner: User) -> None:
    browser = signed_in(owner)
    browser.cookies[COOKIE] = visitor.cookies[COOKIE].value
    browser.get("/try/keep/")
    assert Client().get("/try/keep/").status_code == 302
    assert not Outfit.objects.exists()


def test_quotas_hold_and_are_told(visitor: Client, owner: User, settings: Any) -> None:
    settings.FASI_UPLOADS_PER_DAY = 0
    browser = signed_in(owner)
    browser.cookies[COOKIE] = visitor.cookies[COOKIE].value
    answer: Any = browser.post("/try/keep/", follow=True)
    assert answer.redirect_chain == [("/try/", 302)]
    assert "Come back tomorrow" in answer.content.decode()
    assert not Outfit.objects.exists()
    assert lane.some_wait()


def test_what_could_not_be_kept_is_kept_later(visitor: Client, owner: User, settings: Any) -> None:
    visitor.post("/try/keep/")
    browser = signed_in(owner)
    browser.cookies[COOKIE] = visitor.cookies[COOKIE].value
    settings.FASI_UPLOADS_PER_MINUTE = 0
    assert browser.get("/")["Location"] == "/try/keep/"
    assert browser.get("/try/keep/")["Location"] == "/try/"
    assert browser.get("/").status_code == 200  # it leads there no more by itself
    assert browser.get("/try/photo.jpg").status_code == 200
    settings.FASI_UPLOADS_PER_MINUTE = 100
    assert browser.post("/try/keep/")["Location"] == Outfit.objects.get().get_absolute_url()


def test_while_valkey_is_away_the_photo_stays_wanted(visitor: Client, owner: User) -> None:
    visitor.post("/try/keep/")
    browser = signed_in(owner)
    browser.cookies[COOKIE] = visitor.cookies[COOKIE].value
    with cache_away():
        for answer in (browser.get("/try/keep/"), browser.post("/try/keep/")):
            assert answer["Location"] == "/try/"
        assert browser.get("/try/").status_code == 503
        assert visitor.post("/try/keep/")["Location"] == "/try/"
    assert browser.get("/try/").status_code == 200
    assert browser.post("/try/keep/")["Location"] == Outfit.objects.get().get_absolute_url()


def test_whoever_asks_to_keep_it_has_an_hour(
    visitor: Client, settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = visitor.post("/try/keep/")
    assert "within 59 minutes" in visitor.get(asked["Location"]).content.decode()
    ((trial_id, _thumb),) = lane.take(1)
    trial = lane.look(trial_id)
    assert trial is not None
    assert settings.FASI_TRIAL_S < trial.left_s <= settings.FASI_TRIAL_WANTED_S
    assert visitor.cookies[COOKIE]["max-age"] == settings.FASI_TRIAL_WANTED_S
    now = time.time()
    with monkeypatch.context() as later:  # the address is confirmed after the quarter of an hour
        later.setattr(time, "time", lambda: now + 2 * settings.FASI_TRIAL_S)
        sign_up(visitor, asked["Location"])
    assert Outfit.objects.count() == 1


def test_asking_again_does_not_keep_it_longer(visitor: Client) -> None:
    ((trial_id, _thumb),) = lane.take(1)
    cache_server().hset(lane._name(trial_id), "asked", time.time() - 3000)  # it came 50 minutes ago
    for _ in range(3):
        visitor.post("/try/keep/")
    trial = lane.look(trial_id)
    assert trial is not None
    assert 500 < trial.left_s <= 600
