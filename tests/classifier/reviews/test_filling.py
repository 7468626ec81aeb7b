"""Which photos are in the review queue, what they are worth, and that it stays true."""

from typing import Any

import pytest
from django.contrib.auth.models import User

from classifier.models import Consent, Outfit, Prediction, Release, Review, ReviewItem
from classifier.personal_data.consents import record_consent
from classifier.personal_data.erasure import close_account
from classifier.reviews import asking, filling, worth
from classifier.reviews.filling import fill
from classifier.reviews.verdicts import record_review
from tests.support.factories import add_outfit, add_prediction

BUDGET_S = 60


def item(prediction: Prediction) -> ReviewItem:
    return ReviewItem.objects.get(outfit=prediction.outfit_id)


def reasons(prediction: Prediction) -> list[str]:
    return item(prediction).reasons


@pytest.fixture(autouse=True)
def _small_portions(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(filling, "PORTION", 3)


def test_only_photos_of_those_who_consent_or_asked(
    consenting: User, stranger: User, release: Release
) -> None:
    theirs = add_outfit(consenting, release, "boho")
    private = add_outfit(stranger, release, "boho")
    asked = add_outfit(stranger, release, "boho")
    asking.ask(asked.outfit)
    assert fill(BUDGET_S) == 3
    listed = set(ReviewItem.objects.values_list("outfit", flat=True))
    assert listed == {theirs.outfit_id, asked.outfit_id}
    assert private.outfit_id not in listed


def test_a_consent_brings_in_what_is_old_and_taking_it_back_removes_it_at_once(
    stranger: User, release: Release
) -> None:
    old = [add_outfit(stranger, release, "boho") for _ in range(7)]
    asking.ask(old[0].outfit)
    fill(BUDGET_S)
    assert ReviewItem.objects.count() == 1
    record_consent(stranger.pk, True)
    fill(BUDGET_S)
    assert ReviewItem.objects.count() == 7
    record_consent(stranger.pk, False)
    assert ReviewItem.objects.get().outfit_id == old[0].outfit_id, "asked for by itself"
    asking.stop(old[0].outfit)
    assert not ReviewItem.objects.exists()


def test_a_closed_account_leaves_the_queue_at_once(consenting: User, release: Release) -> None:
    asked, _ = [add_outfit(consenting, release, "boho") for _ in range(2)]
    asking.ask(asked.outfit)
    fill(BUDGET_S)
    close_account(consenting)
    assert not ReviewItem.objects.exists()
    assert Outfit.objects.filter(review_asked=None).count() == 2
    fill(BUDGET_S)
    assert not ReviewItem.objects.exists()


def test_filling_goes_on_where_it_was(
    consenting: User, release: Release, monkeypatch: pytest.MonkeyPatch
) -> None:
    for number in range(8):
        add_outfit(consenting, release, "boho", days_ago=number)
    Consent.objects.update(changed="2019-01-01T00:00:00Z")
    for number, prediction in enumerate(Prediction.objects.order_by("pk")):
        Prediction.objects.filter(pk=prediction.pk).update(created=f"2020-01-0{number + 1}T00:00Z")
    assert fill(budget_s=0) == 3
    assert fill(budget_s=0) == 3
    assert fill(BUDGET_S) == 2
    assert ReviewItem.objects.count() == 8
    assert fill(BUDGET_S) == 0, "what is old is not looked at again"


def test_the_uncertain_are_worth_more(consenting: User, release: Release) -> None:
    sure = add_outfit(consenting, release, "boho", confidence=0.99)
    unsure = add_outfit(
        consenting, release, "boho", confidence=0.2, style_set=["boho", "casual", "y2k"]
    )
    fill(BUDGET_S)
    assert item(unsure).worth > item(sure).worth
    assert "uncertain" in reasons(unsure)
    assert "uncertain" not in reasons(sure)


def test_a_gate_that_hesitates_is_uncertain_too(consenting: User, release: Release) -> None:
    sure = add_outfit(consenting, release, "boho", kind="none")
    unsure = add_outfit(consenting, release, "boho", kind="none")
    Prediction.objects.filter(pk=unsure.pk).update(gate=[0.45, 0.05, 0.5])
    fill(BUDGET_S)
    assert item(unsure).worth > item(sure).worth
    assert item(unsure).style == ""
    assert "uncertain" in reasons(unsure)


def test_owners_who_disagree_are_heard_at_once(consenting: User, release: Release) -> None:
    prediction = add_outfit(consenting, release, "boho")
    fill(BUDGET_S)
    before = item(prediction).worth
    record_review(prediction, consenting.pk, Review.Role.OWNER, "casual")
    assert item(prediction).worth > before
    assert "owner" in reasons(prediction)
    record_review(prediction, consenting.pk, Review.Role.OWNER, "boho")
    assert "owner" not in reasons(prediction)


def another_release(release: Release) -> Release:
    return Release.objects.create(
        name="another", bundle_key="b", sha256="another", taxonomy=release.taxonomy
    )


def test_releases_that_disagree_are_a_reason(consenting: User, release: Release) -> None:
    agreed, disagreed = (add_outfit(consenting, release, "boho") for _ in range(2))
    newer = another_release(release)
    add_prediction(agreed.outfit, newer, "boho")
    add_prediction(disagreed.outfit, newer, "casual")
    fill(BUDGET_S)
    assert "releases" in reasons(disagreed)
    assert "releases" not in reasons(agreed)


def test_rare_styles_are_worth_more(consenting: User, release: Release) -> None:
    common, *_ = [add_outfit(consenting, release, "casual") for _ in range(40)]
    rare = add_outfit(consenting, release, "y2k")
    fill(BUDGET_S)
    assert item(rare).worth > item(common).worth
    assert "rare" in reasons(rare)
    assert "rare" not in reasons(common)


def test_whose_owner_asks_comes_first(consenting: User, release: Release) -> None:
    asked = add_outfit(consenting, release, "casual")
    others = [add_outfit(consenting, release, "casual", confidence=0.1) for _ in range(5)]
    record_review(others[0], consenting.pk, Review.Role.OWNER, "boho")
    fill(BUDGET_S)
    asking.ask(asked.outfit)
    first = ReviewItem.objects.order_by("-worth").first()
    assert first is not None
    assert first.outfit_id == asked.outfit_id
    assert "asked" in reasons(asked)


def test_a_share_of_photos_is_for_two_and_always_the_same(
    consenting: User, release: Release, settings: Any
) -> None:
    settings.FASI_REVIEW_TWICE_PERCENT = 30
    for _ in range(60):
        add_outfit(consenting, release, "casual")
    fill(BUDGET_S)
    twice = set(ReviewItem.objects.filter(wanted=2).values_list("outfit", flat=True))
    assert 5 <= len(twice) <= 35
    ReviewItem.objects.all().delete()
    worth.refresh(list(Outfit.objects.values_list("pk", flat=True)))
    assert set(ReviewItem.objects.filter(wanted=2).values_list("outfit", flat=True)) == twice


def test_what_waits_or_failed_is_not_in_the_queue(consenting: User, release: Release) -> None:
    waiting = add_outfit(consenting, release, "casual").outfit
    Outfit.objects.update(status="queued", classified=None)
    fill(BUDGET_S)
    asking.ask(waiting)
    assert not ReviewItem.objects.exists()
