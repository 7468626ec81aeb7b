"""Photos without an outfit: what they count as, who overrules whom, and where they are left out."""

import re
import uuid
from collections.abc import Callable

import pytest
from django.contrib.auth.models import User
from django.core.cache import cache
from django.db import IntegrityError
from django.test import Client

from classifier.history.pages import NO_OUTFIT, Filters, history_page
from classifier.history.queries import daily_totals, extremes_of, latest_styles, similar_to
from classifier.history.timeline import timeline_of
from classifier.lifecycle.claims import claim_outfits, finish
from classifier.models import Outfit, Prediction, Release, Review, Share
from classifier.reviews.verdicts import UnknownStyle, record_review
from tests.support.factories import add_outfit

Answer = Review.Answer
OWNER, STAFF = Review.Role.OWNER, Review.Role.STAFF


@pytest.fixture
def landscape(owner: User, release: Release) -> Prediction:
    """A photo in which the model saw no outfit; if it were one, a formal one."""
    return add_outfit(owner, release, "formal", kind="none")


@pytest.fixture
def outfit(owner: User, release: Release) -> Prediction:
    return add_outfit(owner, release, "formal", style_set=("formal", "casual"))


def counts_as(prediction: Prediction) -> tuple[str, str, str]:
    found = Outfit.objects.get(pk=prediction.outfit_id)
    return found.kind, found.style, found.certainty


@pytest.mark.parametrize(
    ("kind", "decided", "counted"),
    [
        ("outfit", True, ("outfit", "formal", "sure")),
        ("outfit", False, ("outfit", "formal", "unsure")),
        ("people", False, ("people", "", "")),
        ("none", False, ("none", "", "")),
    ],
)
def test_finishing_gives_a_style_to_outfits_only(
    make_outfit: Callable[..., Outfit],
    release: Release,
    kind: str,
    decided: bool,
    counted: tuple[str, str, str],
) -> None:
    make_outfit()
    (claim,) = claim_outfits("w", 1)
    prediction = Prediction(
        outfit_id=claim.outfit_id,
        release=release,
        kind=kind,
        gate=[0.2, 0.3, 0.5],
        probabilities=[1 / len(release.styles.ids)] * len(release.styles.ids),
        style="formal",
        style_set=["formal", "casual"],
        confidence=0.5,
        decided=decided,
        activation_map=bytes(49),
        embedding=[1.0] + [0.0] * 255,
        milliseconds=1.0,
    )
    finish([(claim, prediction)])
    assert counts_as(prediction) == counted
    stored = Prediction.objects.get()
    assert (stored.kind, stored.style, stored.style_set) == (kind, "formal", ["formal", "casual"])
    assert stored.gate == [0.2, 0.3, 0.5]


def test_what_is_no_outfit_is_never_decided(landscape: Prediction) -> None:
    with pytest.raises(IntegrityError, match="prediction_decides_outfits"):
        Prediction.objects.update(decided=True)


@pytest.mark.parametrize(
    ("answer", "style", "counted", "verdict"),
    [
        (Answer.STYLE, "formal", ("outfit", "formal", "confirmed"), "right"),
        (Answer.STYLE, "boho", ("outfit", "boho", "corrected"), "wrong"),
        (Answer.NO_STYLE, "", ("outfit", "", "corrected"), "wrong"),
        (Answer.NOT_AN_OUTFIT, "", ("none", "", "corrected"), "wrong"),
        (Answer.OUTFIT, "", ("outfit", "formal", "sure"), "right"),
    ],
)
def test_what_may_be_said_of_an_outfit(
    outfit: Prediction,
    owner: User,
    answer: Review.Answer,
    style: str,
    counted: tuple[str, str, str],
    verdict: str,
) -> None:
    assert record_review(outfit, owner.pk, OWNER, style, answer=answer).verdict == verdict
    assert counts_as(outfit) == counted


@pytest.mark.parametrize(
    ("answer", "style", "counted", "verdict"),
    [
        (Answer.OUTFIT, "", ("outfit", "formal", "unsure"), "wrong"),
        (Answer.STYLE, "formal", ("outfit", "formal", "corrected"), "wrong"),
        (Answer.NO_STYLE, "", ("outfit", "", "corrected"), "wrong"),
        (Answer.NOT_AN_OUTFIT, "", ("none", "", "confirmed"), "right"),
    ],
)
def test_what_may_be_said_where_the_model_saw_none(
    landscape: Prediction,
    owner: User,
    answer: Review.Answer,
    style: str,
    counted: tuple[str, str, str],
    verdict: str,
) -> None:
    assert record_review(landscape, owner.pk, OWNER, style, answer=answer).verdict == verdict
    assert counts_as(landscape) == counted


def test_people_who_are_no_outfit_stay_people(owner: User, release: Release) -> None:
    crowd = add_outfit(owner, release, "formal", kind="people")
    record_review(crowd, owner.pk, OWNER, answer=Answer.NOT_AN_OUTFIT)
    assert counts_as(crowd) == ("people", "", "confirmed")


def test_the_owner_overrules_staff(landscape: Prediction, owner: User, staff: User) -> None:
    record_review(landscape, owner.pk, OWNER, answer=Answer.OUTFIT)
    record_review(landscape, staff.pk, STAFF, answer=Answer.NOT_AN_OUTFIT)
    assert counts_as(landscape) == ("outfit", "formal", "unsure")


@pytest.mark.parametrize(
    ("answer", "style"),
    [(Answer.STYLE, ""), (Answer.NO_STYLE, "boho"), (Answer.NOT_AN_OUTFIT, "boho")],
)
def test_only_a_style_comes_with_a_style(
    outfit: Prediction, owner: User, answer: Review.Answer, style: str
) -> None:
    with pytest.raises(UnknownStyle):
        record_review(outfit, owner.pk, OWNER, style, answer=answer)
    assert counts_as(outfit) == ("outfit", "formal", "sure")


def test_what_is_no_outfit_is_in_no_chart_profile_or_look_alike_until_overruled(
    landscape: Prediction, owner: User, release: Release
) -> None:
    looks = ((1, 0), (0, 1), (1, 1))
    one, other, third = (add_outfit(owner, release, "boho", look=look) for look in looks)
    today = landscape.created.date()

    def told() -> tuple[int, int, int, set[uuid.UUID]]:
        chart = timeline_of(owner.pk, today)
        alike = set(similar_to(owner.pk, one.outfit_id, 10))
        assert chart is not None
        return (
            sum(each.outfits for each in daily_totals(owner.pk)),
            len(latest_styles(owner.pk)),
            chart.total,
            alike,
        )

    assert told() == (3, 3, 3, {other.outfit_id, third.outfit_id})
    extremes = extremes_of(owner.pk, release.pk)
    assert extremes is not None
    assert extremes.typical == third.outfit_id
    assert extremes.unusual != landscape.outfit_id
    record_review(landscape, owner.pk, OWNER, answer=Answer.OUTFIT)
    cache.clear()  # the chart is a moment old
    assert told() == (4, 4, 4, {other.outfit_id, third.outfit_id, landscape.outfit_id})


def test_none_of_our_styles_is_alike_but_counts_for_no_style(
    outfit: Prediction, owner: User, release: Release
) -> None:
    other = add_outfit(owner, release, "boho")
    record_review(outfit, owner.pk, OWNER, answer=Answer.NO_STYLE)
    assert latest_styles(owner.pk) == ["boho"]
    assert sum(each.outfits for each in daily_totals(owner.pk)) == 1
    assert set(similar_to(owner.pk, other.outfit_id, 10)) == {outfit.outfit_id}


def test_the_history_finds_photos_without_an_outfit(
    landscape: Prediction, outfit: Prediction, owner: User, as_owner: Client
) -> None:
    page = history_page(owner, Filters(certainty=NO_OUTFIT), None)
    assert [each.pk for month in page.months for each in month.outfits] == [landscape.outfit_id]
    assert Filters.read({"certainty": NO_OUTFIT}) == Filters(certainty=NO_OUTFIT)
    shown = as_owner.get("/outfits/").content.decode()
    assert 'value="no-outfit"' in shown
    assert "<em>no outfit</em>" in shown
    by_style = as_owner.get("/outfits/?style=formal").content.decode()
    assert str(outfit.outfit_id) in by_style
    assert str(landscape.outfit_id) not in by_style


def test_the_page_says_that_it_sees_no_outfit_and_is_overruled(
    landscape: Prediction, as_owner: Client
) -> None:
    address = f"/outfits/{landscape.outfit_id}/"
    page = as_owner.get(address).content.decode()
    assert "We can’t find an outfit in this photo" in page
    assert 'data-kind="none"' in page
    assert "Formal" not in page
    assert "/similar/" not in page
    assert "/share/" not in page
    page = as_owner.post(f"{address}correct/", {"answer": "outfit"}, follow=True).content.decode()
    assert "Thanks. Which style is it?" in page
    assert heading(page) == "Formal"
    assert "Just a guess" in page
    answer = as_owner.post(f"{address}correct/", {"answer": "not_an_outfit"}, follow=True)
    assert heading(answer.content.decode()) == "Not an outfit"


def test_people_get_a_sentence_of_their_own(
    owner: User, release: Release, as_owner: Client
) -> None:
    crowd = add_outfit(owner, release, "formal", kind="people")
    page = as_owner.get(f"/outfits/{crowd.outfit_id}/").content.decode()
    assert heading(page) == "There are people in this photo, but no outfit we can judge"


@pytest.mark.parametrize(
    ("confidence", "style_set", "said"),
    [
        (0.9, (), "Formal"),
        (0.9, ("formal",), "Formal"),
        (0.9, ("formal", "casual"), "Formal, maybe Casual"),
        (0.9, ("formal", "casual", "boho"), "Formal, maybe Casual or Boho"),
        (0.3, ("formal", "casual", "boho"), "Formal, Casual or Boho"),
        (
            0.3,
            ("formal", "casual", "boho", "alt", "y2k", "sporty"),
            "Formal, Casual, Boho, Alternative or 2 more",
        ),
    ],
)
def test_the_answer_is_a_set(
    owner: User,
    release: Release,
    as_owner: Client,
    confidence: float,
    style_set: tuple[str, ...],
    said: str,
) -> None:
    prediction = add_outfit(owner, release, "formal", confidence=confidence, style_set=style_set)
    address = f"/outfits/{prediction.outfit_id}/"
    assert heading(as_owner.get(address).content.decode()) == "Formal"
    state = as_owner.get(f"{address}state/", headers={"Accept": "application/json"}).json()
    assert state["style"] == said


def test_a_style_that_somebody_said_is_alone(
    outfit: Prediction, owner: User, as_owner: Client
) -> None:
    record_review(outfit, owner.pk, OWNER, "casual")
    assert heading(as_owner.get(f"/outfits/{outfit.outfit_id}/").content.decode()) == "Casual"


def test_none_of_these_is_a_style_of_its_own(outfit: Prediction, as_owner: Client) -> None:
    address = f"/outfits/{outfit.outfit_id}/"
    page = as_owner.post(f"{address}correct/", {"answer": "no_style"}, follow=True)
    assert heading(page.content.decode()) == "Another style"
    assert "<em>another style</em>" in as_owner.get("/outfits/").content.decode()


def test_an_answer_that_is_none_is_refused(outfit: Prediction, as_owner: Client) -> None:
    answer = as_owner.post(f"/outfits/{outfit.outfit_id}/correct/", {"answer": "perhaps"})
    assert answer.status_code == 400
    assert not Review.objects.exists()


def test_a_shared_link_ends_where_there_is_no_outfit(
    outfit: Prediction, owner: User, as_owner: Client
) -> None:
    share = Share.objects.create(outfit_id=outfit.outfit_id)
    assert Client().get(f"/s/{share.token}/").status_code == 200
    record_review(outfit, owner.pk, OWNER, answer=Answer.NOT_AN_OUTFIT)
    assert Client().get(f"/s/{share.token}/").status_code == 404
    assert Client().get(f"/s/{share.token}/card.jpg").status_code == 404
    assert as_owner.get(f"/outfits/{outfit.outfit_id}/card.jpg").status_code == 404


def heading(page: str) -> str:
    """What the main heading says."""
    found = re.search(r"<h1[^>]*>(.*?)</h1>", page, re.DOTALL)
    assert found
    return re.sub(r"<[^>]+>", "", found[1]).strip()
