"""`/staff/review/`: who may enter, what its page and its script's parts say, asking staff."""

from collections.abc import Callable
from typing import Any

import pytest
from django.contrib.auth.models import Permission, User
from django.test import Client

from classifier.audit import Action
from classifier.models import AuditEntry, Outfit, Review, ReviewItem
from classifier.personal_data.consents import record_consent
from classifier.reviews.filling import fill
from tests.conftest import make_person, signed_in

Make = Callable[..., Outfit]
PAGE = "/staff/review/"
SCRIPT = {"HX-Request": "true"}


@pytest.fixture(autouse=True)
def _one_is_enough(settings: Any) -> None:
    settings.FASI_REVIEW_TWICE_PERCENT = 0


@pytest.fixture
def reviewer(site: None) -> User:
    person = make_person("reviewer", is_staff=True)
    person.user_permissions.set(Permission.objects.filter(codename="change_prediction"))
    return person


@pytest.fixture
def as_reviewer(reviewer: User) -> Client:
    return signed_in(reviewer)


@pytest.fixture
def photo(classified: Outfit) -> Outfit:
    """In the queue."""
    record_consent(classified.owner_id, True)
    fill(60)
    return classified


def page_of(outfit: Outfit) -> str:
    return f"{PAGE}{outfit.pk}/"


def addresses(outfit: Outfit) -> list[tuple[str, str]]:
    of_it = page_of(outfit)
    return [
        ("GET", PAGE),
        ("POST", f"{PAGE}undo/"),
        ("GET", f"{PAGE}alike/?style=boho"),
        ("POST", f"{PAGE}alike/"),
        ("POST", of_it),
        ("GET", f"{of_it}why.png"),
    ]


def test_only_staff_with_the_permission_enter(
    photo: Outfit, as_owner: Client, as_stranger: Client, reviewer: User
) -> None:
    reviewer.user_permissions.clear()
    without = signed_in(reviewer)
    for method, address in addresses(photo):
        for client in (as_owner, as_stranger, without):
            assert client.generic(method, address).status_code == 403, address
        assert Client().generic(method, address).status_code == 302, address
    for client in (as_stranger, without):
        assert client.get(f"/outfits/{photo.pk}/photo.jpg").status_code == 404
    assert not ReviewItem.objects.exclude(claimed_by=None).exists()
    assert not Review.objects.exists()


def test_the_page_shows_a_photo_with_what_the_model_says(
    photo: Outfit, owner: User, as_reviewer: Client
) -> None:
    Outfit.objects.update(original_name="at the doctor.jpg")
    page = as_reviewer.get(PAGE).content.decode()
    assert f'src="/outfits/{photo.pk}/photo.jpg"' in page
    prediction = photo.predictions.get()
    assert prediction.top_style.name() in page
    for style in prediction.release.styles.ids:
        assert f'value="style:{style}"' in page
    assert owner.email not in page
    assert "doctor" not in page
    assert "0 of 1" in page
    assert as_reviewer.get(f"{page_of(photo)}why.png")["Content-Type"] == "image/png"


def test_each_look_and_each_verdict_is_written_down_and_told(
    photo: Outfit, reviewer: User, as_reviewer: Client, as_owner: Client
) -> None:
    as_reviewer.get(PAGE)
    look = as_reviewer.get(f"/outfits/{photo.pk}/photo.jpg")
    assert (look.status_code, "no-store" in look["Cache-Control"]) == (200, True)
    as_reviewer.post(page_of(photo), {"say": f"style:{photo.style}"})
    as_reviewer.post(f"{PAGE}undo/")
    entries = AuditEntry.objects.filter(actor=reviewer, subject=photo.owner_id).order_by("pk")
    assert [entry.action for entry in entries] == [
        Action.STAFF_VIEWED_PHOTO,
        Action.STAFF_VERDICT,
        Action.STAFF_VERDICT_UNDONE,
    ]
    told = as_owner.get("/account/activity/").content.decode()
    for line in (
        "Staff viewed one of your photos",
        "Staff reviewed one of your outfits",
        "Staff withdrew a review of one of your outfits",
    ):
        assert line in told


def test_plain_forms_work_without_a_script(photo: Outfit, as_reviewer: Client) -> None:
    as_reviewer.get(PAGE)
    answer = as_reviewer.post(page_of(photo), {"say": "answer:unusable"}, follow=True)
    page = answer.content.decode()
    assert "Nothing to review right now" in page
    assert Review.objects.get().answer == "unusable"
    page = as_reviewer.post(f"{PAGE}undo/", follow=True).content.decode()
    assert "1 step undone" in page
    assert f'data-outfit="{photo.pk}"' in page
    as_reviewer.post(page_of(photo), {"say": "skip"})
    assert f'data-outfit="{photo.pk}"' not in as_reviewer.get(PAGE).content.decode()
    assert as_reviewer.post(page_of(photo), {"say": "nonsense"}).status_code == 400
    page = as_reviewer.post(page_of(photo), {"say": "skip"}, follow=True).content.decode()
    assert "Not counted" in page


def test_the_script_gets_what_it_lacks(
    make_outfit: Make, photo: Outfit, as_reviewer: Client
) -> None:
    from worker.classification import work

    more = {str(make_outfit(seed=number).pk) for number in range(70, 74)}
    work(budget_s=60)
    fill(60)
    page = as_reviewer.get(PAGE).content.decode()
    there = [each for each in {*more, str(photo.pk)} if f'data-outfit="{each}"' in page]
    assert len(there) == 3, "one in front, two ahead"
    assert page.count("hidden>") >= 2
    shown, *held = there
    sent = {"say": "answer:no_style", "held": held}
    part = as_reviewer.post(f"{PAGE}{shown}/", sent, headers=SCRIPT).content.decode()
    assert "<html" not in part
    assert "1 of 5" in part
    fresh = [each for each in {*more, str(photo.pk)} if f'data-outfit="{each}"' in part]
    assert len(fresh) == 1
    assert fresh[0] not in there
    back = as_reviewer.post(f"{PAGE}undo/", {"held": [*held, *fresh]}, headers=SCRIPT)
    assert f'data-outfit="{shown}"' in back.content.decode()


def test_many_of_one_style_are_confirmed_in_one_go(
    make_outfit: Make, photo: Outfit, as_reviewer: Client
) -> None:
    from worker.classification import work

    for number in range(80, 84):
        make_outfit(seed=number)
    work(budget_s=60)
    style = photo.predictions.get().style
    Outfit.objects.update(style=style)
    for outfit in Outfit.objects.all():
        outfit.predictions.update(style=style, confidence=0.9)
    fill(60)
    page = as_reviewer.get(f"{PAGE}alike/?style={style}").content.decode()
    assert page.count("thumb.jpg") == 5
    ids = [str(each.pk) for each in Outfit.objects.all()]
    form = {"outfit": ids[:3], "shown": ids, "style": style, "after": "0_x"}
    page = as_reviewer.post(f"{PAGE}alike/", form, follow=True).content.decode()
    assert "3 photos confirmed" in page
    assert page.count("thumb.jpg") == 2
    assert Review.objects.filter(verdict="right", role="staff").count() == 3
    as_reviewer.post(f"{PAGE}undo/")
    assert not Review.objects.exists()

    as_reviewer.get(f"{PAGE}alike/?style={style}")
    Outfit.objects.get(pk=ids[0]).predictions.update(kind="none")
    page = as_reviewer.post(f"{PAGE}alike/", form, follow=True).content.decode()
    assert "2 photos confirmed" in page
    assert "1 photo wasn’t confirmed: another release now gives a different answer" in page
    assert as_reviewer.post(f"{PAGE}alike/", {"outfit": ids}).status_code == 400
    for odd in ("", "?style=%00", "?style=nope", "?style=&after=nan_"):
        assert as_reviewer.get(f"{PAGE}alike/{odd}").status_code in (200, 400)


def test_an_owner_asks_staff_and_takes_it_back(
    classified: Outfit, as_owner: Client, as_stranger: Client, as_reviewer: Client
) -> None:
    ask, photo = f"/outfits/{classified.pk}/ask-staff/", f"/outfits/{classified.pk}/photo.jpg"
    why = f"{page_of(classified)}why.png"
    assert as_stranger.post(ask).status_code == 404
    assert as_reviewer.get(photo).status_code == 404
    assert "Request a review" in as_owner.get(f"/outfits/{classified.pk}/").text
    as_owner.post(ask)
    as_owner.post(ask)
    assert "You asked our staff" in as_owner.get(f"/outfits/{classified.pk}/").text
    assert "its owner asks for a look" in as_reviewer.get(PAGE).content.decode()
    assert as_reviewer.get(photo).status_code == 200
    assert as_reviewer.get(why).status_code == 200
    (look,) = AuditEntry.objects.filter(action=Action.STAFF_VIEWED_PHOTO)
    assert look.details == {"reason": "asked"}

    as_owner.post(ask, {"stop": "1"})
    assert as_reviewer.get(photo).status_code == 404
    assert as_reviewer.get(why).status_code == 404
    as_reviewer.post(page_of(classified), {"say": "answer:unusable"})
    assert not Review.objects.exists()
    told = as_owner.get("/account/activity/").content.decode()
    assert "Review requested" in told
    assert "Review request cancelled" in told
    assert AuditEntry.objects.filter(action=Action.REVIEW_ASKED).count() == 1


def test_there_is_nothing_to_ask_before_there_is_a_prediction(
    make_outfit: Make, as_owner: Client
) -> None:
    outfit = make_outfit()
    as_owner.post(f"/outfits/{outfit.pk}/ask-staff/")
    outfit.refresh_from_db()
    assert outfit.review_asked is None


def test_owners_do_not_call_photos_unusable(classified: Outfit, as_owner: Client) -> None:
    answer = as_owner.post(f"/outfits/{classified.pk}/correct/", {"answer": "unusable"})
    assert answer.status_code == 400
    assert not Review.objects.exists()
