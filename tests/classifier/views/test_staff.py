"""The staff pages: who may enter, thumbs, filters, setting the right style."""

from collections.abc import Callable

import pytest
from django.contrib.auth.models import User
from django.test import Client

from classifier.models import Outfit, Prediction, Release, Review
from classifier.personal_data.consents import record_consent
from classifier.storage import objects
from tests.support.factories import add_outfit
from worker.classification import work

Make = Callable[..., Outfit]


@pytest.fixture
def prediction(make_outfit: Make, release: Release) -> Prediction:
    """Of an owner who lets staff review their photos."""
    outfit = make_outfit()
    record_consent(outfit.owner_id, True)
    work(budget_s=30)
    return Prediction.objects.get()


def other_style(prediction: Prediction) -> str:
    return next(style for style in prediction.release.styles.ids if style != prediction.style)


def test_only_staff_enter(as_owner: Client, as_staff: Client) -> None:
    assert as_owner.get("/admin/").status_code in (302, 403)
    assert as_staff.get("/admin/").status_code == 200


@pytest.mark.parametrize(
    "query",
    [
        "style={p.style}",
        "confidence={band}",
        "outfit__status__exact=done",
        "release__id__exact={p.release_id}",
    ],
)
def test_predictions_are_filtered(prediction: Prediction, as_staff: Client, query: str) -> None:
    confidence = prediction.confidence
    band = "low" if confidence < 0.5 else "middle" if confidence < 0.8 else "high"
    address = "/admin/classifier/prediction/?" + query.format(p=prediction, band=band)
    assert "thumb.jpg" in as_staff.get(address).content.decode()


def test_a_filter_leaves_out_what_does_not_match(prediction: Prediction, as_staff: Client) -> None:
    page = as_staff.get(f"/admin/classifier/prediction/?style={other_style(prediction)}")
    assert "thumb.jpg" not in page.content.decode()


def test_a_reviewer_sets_the_right_style(prediction: Prediction, as_staff: Client) -> None:
    address = f"/admin/classifier/prediction/{prediction.pk}/change/"
    assert "correct_style" in as_staff.get(address).content.decode()
    right = other_style(prediction)
    answer = as_staff.post(address, {"correct_style": right, "note": "look at the shoes"})
    assert answer.status_code == 302
    review = Review.objects.get()
    assert (review.style, review.verdict, review.role) == (right, "wrong", "staff")
    assert (str(review.by), review.note) == ("staff", "look at the shoes")


def test_nobody_reviews_their_own_photos_as_staff(
    staff: User, release: Release, as_staff: Client
) -> None:
    record_consent(staff.pk, given=True)
    own = add_outfit(staff, release, "boho")
    address = f"/admin/classifier/prediction/{own.pk}/change/"
    assert as_staff.get(address).status_code == 302
    as_staff.post(address, {"correct_style": "casual", "note": ""})
    assert not Review.objects.exists()


def test_a_second_verdict_replaces_the_first(prediction: Prediction, as_staff: Client) -> None:
    address = f"/admin/classifier/prediction/{prediction.pk}/change/"
    as_staff.post(address, {"correct_style": other_style(prediction), "note": ""})
    as_staff.post(address, {"correct_style": prediction.style, "note": ""})
    assert Review.objects.get().verdict == "right"


@pytest.mark.parametrize(
    ("answer", "counted"),
    [("not_an_outfit", ("none", "")), ("no_style", ("outfit", "")), ("outfit", ("outfit", None))],
)
def test_a_reviewer_says_what_is_no_style(
    prediction: Prediction, as_staff: Client, answer: str, counted: tuple[str, str | None]
) -> None:
    address = f"/admin/classifier/prediction/{prediction.pk}/change/"
    as_staff.post(address, {"correct_style": f"answer:{answer}", "note": ""})
    assert Review.objects.get().answer == answer
    kind, style = counted
    outfit = prediction.outfit
    outfit.refresh_from_db()
    assert (outfit.kind, outfit.style) == (kind, prediction.style if style is None else style)
    assert f'value="answer:{answer}" selected' in as_staff.get(address).content.decode()
    listed = as_staff.get("/admin/classifier/prediction/?kind__exact=outfit").content.decode()
    assert "thumb.jpg" in listed


def test_an_unknown_style_is_not_taken(prediction: Prediction, as_staff: Client) -> None:
    address = f"/admin/classifier/prediction/{prediction.pk}/change/"
    assert as_staff.post(address, {"correct_style": "no-style", "note": ""}).status_code == 200
    assert not Review.objects.exists()


def test_deleting_from_the_list_removes_objects_too(
    prediction: Prediction, as_staff: Client
) -> None:
    form = {
        "action": "delete_selected",
        "_selected_action": [str(prediction.outfit_id)],
        "post": "yes",
    }
    as_staff.post("/admin/classifier/outfit/", form)
    assert not Outfit.objects.exists()
    assert not list(objects.listing(objects.OUTFITS))


@pytest.mark.parametrize("table", ["release", "batch"])
def test_the_other_lists_open(release: Release, as_staff: Client, table: str) -> None:
    assert as_staff.get(f"/admin/classifier/{table}/").status_code == 200
