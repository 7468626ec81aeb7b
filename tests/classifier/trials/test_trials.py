"""A visitor tries a photo without an account. Over HTTP, with a real Valkey and a real engine."""

from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings as django_settings
from django.contrib.auth.models import User
from django.contrib.sessions.models import Session
from django.core.files.uploadedfile import SimpleUploadedFile
from django.http import HttpResponse
from django.test import Client
from PIL import Image

from classifier.history import sharing
from classifier.limits import rates
from classifier.models import Outfit, Prediction, Release
from classifier.storage import objects
from classifier.storage.cache_server import cache_server
from classifier.trials import lane
from classifier.uploads.refusals import Refusal, Refused
from classifier.views.landing import SAMPLES
from classifier.views.trials import COOKIE, SAMPLES_FOLDER
from tests.support.at_once import at_once
from tests.support.cache_away import cache_away
from tests.support.images import draw_outfit, encode, outfit_jpeg
from tests.support.starting import wait_until
from worker.classification import work
from worker.loaded_model import load, loaded_model
from worker.trials import answer_trials

pytestmark = pytest.mark.usefixtures("site")


@pytest.fixture
def visitor() -> Client:
    return Client()


@pytest.fixture
def warm(release: Release) -> None:
    """A worker that has its engine, as workers have before visitors come."""
    loaded_model()


def try_photo(visitor: Client, data: bytes, name: str = "coat.jpg") -> HttpResponse:
    photo = SimpleUploadedFile(name, data, "image/jpeg")
    return visitor.post("/try/", {"photo": photo})  # type: ignore[return-value]


def page(visitor: Client, address: str = "/try/") -> str:
    return visitor.get(address).content.decode()


def keys() -> list[str]:
    """What Valkey holds of trials."""
    return [key.decode() for key in cache_server().scan_iter("*trial*")]


def in_memory() -> list[str]:
    """The same without the counters of rates, which hold no photo and end after a minute."""
    return [key for key in keys() if ":trials:address:" not in key and ":trials:all:" not in key]


def test_a_visitor_sees_the_style_of_a_photo(visitor: Client, warm: None) -> None:
    answer = try_photo(visitor, outfit_jpeg(1))
    assert (answer.status_code, answer["Location"]) == (302, "/try/")
    waiting = page(visitor)
    assert "One moment" in waiting
    assert 'hx-get="/try/state/"' in waiting
    work(budget_s=30)
    said = visitor.get("/try/state/")
    assert 'data-status="done"' in said.content.decode()
    assert '<h1 class="word">' in said.content.decode()
    assert "Keep it" in said.content.decode()
    assert said["X-Robots-Tag"] == "noindex"
    assert "no-store" in said["Cache-Control"]
    photo = visitor.get("/try/photo.jpg")
    with Image.open(BytesIO(photo.content)) as image:
        assert image.size == (480, 720)


def test_nothing_of_it_is_stored(visitor: Client, warm: None, settings: Any) -> None:
    settings.FASI_TRIAL_S = 6
    before = {key for key, _changed in objects.listing("")}
    try_photo(visitor, outfit_jpeg(1))
    work(budget_s=30)
    visitor.get("/try/my-style.jpg")
    assert {key for key, _changed in objects.listing("")} == before
    assert not Outfit.objects.exists()
    assert not Prediction.objects.exists()
    assert not Session.objects.exists()
    wait_until(lambda: not in_memory(), "all of it ends")
    assert all(0 < cache_server().ttl(key) <= rates.MINUTE for key in keys())
    assert "is gone" in visitor.get("/try/", follow=True).content.decode()


def test_the_card_is_that_of_owners_and_drawn_once(visitor: Client, warm: None) -> None:
    try_photo(visitor, outfit_jpeg(2))
    assert visitor.get("/try/my-style.jpg").status_code == 404
    work(budget_s=30)
    card = visitor.get("/try/my-style.jpg")
    assert "attachment" in card["Content-Disposition"]
    with Image.open(BytesIO(card.content)) as image:
        assert image.size == (1080, 1350)
    assert visitor.get("/try/my-style.jpg").content == card.content


def test_a_card_that_many_ask_for_at_once_is_drawn_once(
    visitor: Client, warm: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    try_photo(visitor, outfit_jpeg(2))
    work(budget_s=30)
    drawn = []
    draw = sharing.draw

    def counted(*about: Any) -> bytes:
        drawn.append(about)
        return draw(*about)

    monkeypatch.setattr(sharing, "draw", counted)

    def card(_: int) -> bytes:
        browser = Client()
        browser.cookies[COOKIE] = visitor.cookies[COOKIE].value
        return bytes(browser.get("/try/my-style.jpg").content)

    assert len(set(at_once(8, card))) == 1
    assert len(drawn) == 1


def test_what_is_no_outfit_gets_a_sentence(visitor: Client, release: Release) -> None:
    try_photo(visitor, outfit_jpeg(3))
    ((trial_id, _thumb),) = lane.take(1)
    share = 1 / len(release.styles.ids)
    said = {
        "release": release.pk,
        "kind": "none",
        "probabilities": [share] * len(release.styles.ids),
        "style": release.styles.ids[0],
        "confidence": share,
        "decided": False,
        "style_set": [],
        "milliseconds": 1.0,
    }
    lane.answer(trial_id, said)
    assert "We can’t find an outfit in this photo" in page(visitor)
    assert "Keep it" not in page(visitor)
    assert visitor.get("/try/my-style.jpg").status_code == 404


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"", Refusal.EMPTY),
        (b"no photo", Refusal.NOT_AN_IMAGE),
        (encode(draw_outfit(1, (60, 60))), Refusal.TOO_SMALL),
        (encode(draw_outfit(1), "GIF"), Refusal.GIF),
        (outfit_jpeg(1)[:5000], Refusal.BROKEN),
    ],
)
def test_bad_files_get_the_sentences_of_uploads(
    visitor: Client, data: bytes, reason: Refusal
) -> None:
    answer = try_photo(visitor, data)
    assert answer.status_code == Refused(reason).status
    assert f'data-reason="{reason}"' in answer.content.decode()
    assert Refused(reason).sentence in answer.content.decode()
    assert not in_memory()


def test_without_a_file_it_says_so(visitor: Client) -> None:
    assert Refused(Refusal.NO_FILE).sentence in visitor.post("/try/").content.decode()
    assert visitor.post("/try/", {"sample": "../../x"}).status_code == 422


def test_the_samples_are_outfits_for_the_model(release: Release, settings: Any) -> None:
    settings.FASI_GATE = True
    model = load(release)
    for name in SAMPLES:
        visitor = Client()
        visitor.post("/try/", {"sample": name})
        answer_trials(model)
        assert 'data-kind="outfit"' in page(visitor)
        assert "Now try your own photo" in page(visitor)
        assert (SAMPLES_FOLDER / f"{name}.jpg").stat().st_size < 60_000


def test_another_browser_cannot_open_it(visitor: Client, release: Release) -> None:
    try_photo(visitor, outfit_jpeg(4))
    other = Client()
    other.cookies[COOKIE] = "forged"
    for address in ("/try/photo.jpg", "/try/my-style.jpg"):
        assert other.get(address).status_code == 404
        assert Client().get(address).status_code == 404
    assert Client().get("/try/")["Location"] == "/"
    assert 'data-status="over"' in page(other, "/try/state/")


def test_a_trial_whose_worker_died_is_asked_for_again(
    visitor: Client, warm: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    try_photo(visitor, outfit_jpeg(5))
    assert len(lane.take(4)) == 1  # and the worker that has it dies
    work(budget_s=30)
    assert 'data-status="waiting"' in page(visitor)
    with monkeypatch.context() as patience:
        patience.setattr(lane, "PATIENCE_S", -1)
        assert "Try again in a few seconds" in page(visitor)
    assert visitor.post("/try/again/")["Location"] == "/try/"
    work(budget_s=30)
    assert 'data-status="done"' in page(visitor)


def test_while_valkey_is_away_it_says_so_and_outfits_are_classified(
    visitor: Client, release: Release, make_outfit: Any
) -> None:
    with cache_away():
        answer = try_photo(visitor, outfit_jpeg(6))
        assert (answer.status_code, answer["Retry-After"]) == (503, "30")
        assert "isn’t available right now" in answer.content.decode()
        make_outfit()
        assert work(budget_s=30) == 1


def test_a_photo_is_not_gone_while_valkey_is_away(visitor: Client) -> None:
    try_photo(visitor, outfit_jpeg(6))
    with cache_away():
        whole = visitor.get("/try/")
        assert (whole.status_code, whole["Retry-After"]) == (503, "30")
        part = visitor.get("/try/state/")
        assert part.status_code == 200  # HTMX shows no other, and would ask no more
        for shown in (whole.content.decode(), part.content.decode()):
            assert 'data-status="away"' in shown
            assert 'hx-get="/try/state/"' in shown
        assert visitor.get("/try/photo.jpg").status_code == 503
    assert visitor.get("/try/").status_code == 200
    assert visitor.get("/try/photo.jpg").status_code == 200


def test_outfits_are_claimed_between_trials(warm: None, make_outfit: Any, settings: Any) -> None:
    settings.FASI_TRIALS_AT_ONCE = 2
    for seed in range(5):
        try_photo(Client(), outfit_jpeg(seed))
    outfit = make_outfit(7)
    assert work(budget_s=30) == 1
    outfit.refresh_from_db()
    assert outfit.status == "done"
    assert not lane.some_wait()


def test_where_trials_are_off_nobody_tries(visitor: Client, settings: Any) -> None:
    settings.FASI_TRIALS = False
    assert try_photo(visitor, outfit_jpeg(1))["Location"] == "/"
    assert 'id="try"' not in page(visitor, "/")


def test_whoever_is_signed_in_uploads_instead(as_owner: Client, owner: User) -> None:
    assert try_photo(as_owner, outfit_jpeg(1))["Location"] == "/"
    assert as_owner.get("/try/")["Location"] == "/"


def test_the_landing_page_is_light(visitor: Client) -> None:
    html = visitor.get("/").content
    static = Path(django_settings.BASE_DIR) / "classifier" / "static" / "classifier"
    scripts = sum((static / name).stat().st_size for name in ("landing.css", "try.js"))
    assert len(html) + scripts < 30_000
