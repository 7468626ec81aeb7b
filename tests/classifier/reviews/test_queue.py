"""Who gets which photo: the most worth first, each for one at a time, none twice to the same."""

from datetime import timedelta
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.db.models.functions import Now

from classifier.access import reason_to_review
from classifier.models import Consent, Prediction, Purpose, Release, ReviewItem
from classifier.personal_data.consents import record_consent
from classifier.reviews.filling import fill
from classifier.reviews.queue import GridPlace, claim, claim_alike, let_go, reclaim, waiting
from tests.support.at_once import at_once
from tests.support.factories import add_outfit

BUDGET_S = 60


@pytest.fixture(autouse=True)
def _one_is_enough(settings: Any) -> None:
    settings.FASI_REVIEW_TWICE_PERCENT = 0


def make(owner: User, release: Release, *confidences: float) -> list[Prediction]:
    made = [add_outfit(owner, release, "casual", confidence=each) for each in confidences]
    fill(BUDGET_S)
    return made


def test_the_most_worth_first(consenting: User, reviewer: User, release: Release) -> None:
    made = make(consenting, release, 0.9, 0.3, 0.6)
    taken = claim(reviewer, 2)
    assert [each.outfit_id for each in taken] == [made[1].outfit_id, made[2].outfit_id]
    (last,) = claim(reviewer, 2, besides=[each.pk for each in taken])
    assert last.outfit_id == made[0].outfit_id


def test_two_reviewers_never_get_the_same_photo_at_once(
    consenting: User, reviewer: User, other_reviewer: User, release: Release
) -> None:
    make(consenting, release, *[0.5] * 24)
    people = [reviewer, other_reviewer]
    taken = at_once(8, lambda number: [each.pk for each in claim(people[number % 2], 3)])
    of_one = {pk for each in taken[::2] for pk in each}
    of_other = {pk for each in taken[1::2] for pk in each}
    assert of_one
    assert of_other
    assert not of_one & of_other


def test_a_lease_that_ran_out_returns_the_photo(
    consenting: User, reviewer: User, other_reviewer: User, release: Release
) -> None:
    make(consenting, release, 0.5)
    (mine,) = claim(reviewer, 1)
    assert claim(other_reviewer, 1) == []
    assert claim(reviewer, 1) == [mine], "what somebody has comes again when they reload"
    ReviewItem.objects.update(lease_until=Now() - timedelta(seconds=1))
    assert claim(other_reviewer, 1) == [mine]
    assert claim(reviewer, 1) == []
    let_go(other_reviewer, [mine.pk])
    assert claim(reviewer, 1) == [mine]


def test_nobody_reviews_their_own(consenting: User, reviewer: User, release: Release) -> None:
    record_consent(reviewer.pk, True)
    make(reviewer, release, 0.5)
    assert claim(reviewer, 1) == []
    assert waiting(reviewer, 10) == 0
    outfit_id = ReviewItem.objects.get().pk
    assert reclaim(reviewer, [outfit_id]) == []


def test_a_consent_that_holds_no_more_is_seen_by_the_claim_itself(
    consenting: User, reviewer: User, release: Release
) -> None:
    make(consenting, release, 0.5)
    Consent.objects.create(owner=consenting, given=False)
    assert ReviewItem.objects.exists()
    assert claim(reviewer, 1) == []


def test_photos_of_an_account_that_was_deactivated_are_not_reviewed(
    consenting: User, reviewer: User, release: Release
) -> None:
    (photo,) = make(consenting, release, 0.5)
    User.objects.filter(pk=consenting.pk).update(is_active=False)
    assert ReviewItem.objects.exists()
    assert claim(reviewer, 1) == []
    assert not reason_to_review(reviewer, photo.outfit)


def test_a_consent_to_research_shows_staff_nothing(
    consenting: User, stranger: User, reviewer: User, release: Release
) -> None:
    record_consent(consenting.pk, True, Purpose.RESEARCH)
    record_consent(stranger.pk, True, Purpose.RESEARCH)
    make(stranger, release, 0.5)
    assert not ReviewItem.objects.exists()
    (theirs,) = make(consenting, release, 0.5)
    Consent.objects.create(owner=consenting, given=False)
    Consent.objects.create(owner=consenting, given=True, purpose=Purpose.RESEARCH)
    assert ReviewItem.objects.get().pk == theirs.outfit_id
    assert claim(reviewer, 1) == []


def test_waiting_counts_up_to_a_limit(consenting: User, reviewer: User, release: Release) -> None:
    make(consenting, release, *[0.5] * 5)
    assert waiting(reviewer, 10) == 5
    assert waiting(reviewer, 3) == 3


def test_a_grid_is_of_one_style_the_surest_first_and_goes_on(
    consenting: User, reviewer: User, release: Release
) -> None:
    made = make(consenting, release, 0.5, 0.9, 0.7)
    add_outfit(consenting, release, "boho", confidence=0.95)
    nothing = add_outfit(consenting, release, "casual", kind="none")
    fill(BUDGET_S)
    first = claim_alike(reviewer, 2, "casual")
    assert [each.pk for each in first] == [made[1].outfit_id, made[2].outfit_id]
    place = GridPlace.read(str(GridPlace(first[-1].worth, first[-1].pk)))
    assert [each.pk for each in claim_alike(reviewer, 2, "casual", place)] == [made[0].outfit_id]
    assert [each.pk for each in claim_alike(reviewer, 2, "")] == [nothing.outfit_id]
    for odd in ("", "nan_", "1_2", "x"):
        assert GridPlace.read(odd) == GridPlace()


def test_what_others_passed_comes_in_its_place_and_what_one_passed_never_again(
    consenting: User, reviewer: User, other_reviewer: User, release: Release
) -> None:
    made = make(consenting, release, 0.2, 0.3, 0.4, 0.5, 0.6)
    me, other = reviewer.pk, other_reviewer.pk
    passed: list[tuple[list[int], list[int]]] = [
        ([me], []),
        ([], [other]),
        ([other], []),
        ([], []),
        ([other], [me]),
    ]
    for prediction, (answered_by, skipped_by) in zip(made, passed, strict=True):
        ReviewItem.objects.filter(pk=prediction.outfit_id).update(
            wanted=2, answered=len(answered_by), answered_by=answered_by, skipped_by=skipped_by
        )
    for_me = [made[1].outfit_id, made[2].outfit_id, made[3].outfit_id]
    assert waiting(reviewer, 10) == 3
    assert waiting(reviewer, 2) == 2
    assert [each.pk for each in claim_alike(reviewer, 5, "casual")] == for_me[::-1]
    assert [each.pk for each in claim(reviewer, 2)] == for_me[:2]
    assert [each.pk for each in claim(reviewer, 2, besides=for_me[:2])] == for_me[2:]
    assert waiting(other_reviewer, 10) == 1
    let_go(reviewer, for_me)
    assert [each.pk for each in claim(other_reviewer, 5)] == [made[0].outfit_id, made[3].outfit_id]
