"""Verdicts, skipping and undoing, also where somebody else comes between."""

import uuid
from contextlib import suppress
from datetime import timedelta
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.db.models.functions import Now
from django.utils import timezone

from classifier.audit import Action
from classifier.lifecycle.removal import remove_outfit
from classifier.models import AuditEntry, Outfit, Prediction, Release, Review, ReviewItem
from classifier.models import ReviewStep as Step
from classifier.personal_data.consents import record_consent
from classifier.reviews import steps
from classifier.reviews.filling import fill
from classifier.reviews.progress import progress_of
from classifier.reviews.queue import claim
from classifier.reviews.steps import NotTheirs, Said
from classifier.reviews.verdicts import UnknownStyle, record_review
from tests.classifier.reviews.conftest import by
from tests.support.at_once import at_once
from tests.support.factories import add_outfit

BUDGET_S = 60
Answer = Review.Answer
STAFF, OWNER = Review.Role.STAFF, Review.Role.OWNER
UNUSABLE = Said(Answer.UNUSABLE)


def style(style_id: str) -> Said:
    return Said(Answer.STYLE, style_id)


@pytest.fixture
def photo(consenting: User, release: Release, settings: Any) -> Prediction:
    """One photo in the queue, "boho" and decided, that one reviewer is enough for."""
    settings.FASI_REVIEW_TWICE_PERCENT = 0
    made = add_outfit(consenting, release, "boho", confidence=0.8)
    fill(BUDGET_S)
    return made


def counted(prediction: Prediction) -> tuple[str, str, str]:
    outfit = Outfit.objects.get(pk=prediction.outfit_id)
    return outfit.kind, outfit.style, outfit.certainty


def take(reviewer: User) -> uuid.UUID:
    (item,) = claim(reviewer, 1)
    return item.outfit_id


def test_a_verdict_counts_is_written_down_and_closes_the_photo(
    photo: Prediction, reviewer: User, other_reviewer: User
) -> None:
    assert steps.give(by(reviewer), take(reviewer), style("casual"))
    assert counted(photo) == ("outfit", "casual", "corrected")
    review = Review.objects.get()
    assert (review.by, review.role, review.verdict) == (reviewer, "staff", "wrong")
    entry = AuditEntry.objects.get(action=Action.STAFF_VERDICT)
    assert (entry.actor, entry.subject_id) == (reviewer, photo.outfit.owner_id)
    assert entry.details == {"said": "style:casual"}
    assert claim(other_reviewer, 1) == []


@pytest.mark.parametrize(
    ("said", "counts"),
    [
        (style("boho"), ("outfit", "boho", "confirmed")),
        (Said(Answer.NO_STYLE), ("outfit", "", "corrected")),
        (Said(Answer.NOT_AN_OUTFIT), ("none", "", "corrected")),
        (UNUSABLE, ("outfit", "boho", "sure")),
    ],
)
def test_undo_leaves_nothing_of_a_verdict(
    photo: Prediction, reviewer: User, said: Said, counts: tuple[str, str, str]
) -> None:
    before = counted(photo)
    outfit_id = take(reviewer)
    steps.give(by(reviewer), outfit_id, said)
    assert counted(photo) == counts
    assert steps.undo(by(reviewer)) == [outfit_id]
    assert counted(photo) == before
    assert not Review.objects.exists()
    assert not Step.objects.exists()
    assert AuditEntry.objects.filter(action=Action.STAFF_VERDICT_UNDONE).count() == 1
    assert take(reviewer) == outfit_id, "it waits as before"
    assert steps.undo(by(reviewer)) == []


def test_an_unusable_photo_is_neither_right_nor_wrong(photo: Prediction, reviewer: User) -> None:
    steps.give(by(reviewer), take(reviewer), UNUSABLE)
    assert Review.objects.get().verdict == "neither"
    assert claim(reviewer, 1) == []


def test_undo_brings_back_the_earlier_verdict_of_the_same_reviewer(
    photo: Prediction, reviewer: User
) -> None:
    record_review(photo, reviewer.pk, STAFF, "y2k", "of last week")
    said = Review.objects.values("prediction", "by", "verdict", "style", "note", "created")
    before = said.get()
    # As when a second opinion is wanted of them after all.
    ReviewItem.objects.update(claimed_by=reviewer, lease_until=Now() + timedelta(minutes=1))
    steps.give(by(reviewer), photo.outfit_id, style("casual"))
    assert Review.objects.get().style == "casual"
    steps.undo(by(reviewer))
    assert said.get() == before
    assert counted(photo) == ("outfit", "y2k", "corrected")


def test_undo_after_another_reviewer_answered_leaves_theirs(
    photo: Prediction, reviewer: User, other_reviewer: User, settings: Any
) -> None:
    settings.FASI_REVIEW_TWICE_PERCENT = 100
    ReviewItem.objects.update(wanted=2)
    outfit_id = take(reviewer)
    steps.give(by(reviewer), outfit_id, style("casual"))
    assert claim(reviewer, 1) == [], "a second opinion is somebody else's"
    assert take(other_reviewer) == outfit_id
    steps.give(by(other_reviewer), outfit_id, style("y2k"))
    assert Review.objects.count() == 2
    assert counted(photo) == ("outfit", "y2k", "corrected")
    steps.undo(by(reviewer))
    assert Review.objects.get().by == other_reviewer
    assert counted(photo) == ("outfit", "y2k", "corrected")
    item = ReviewItem.objects.get()
    assert (item.answered, item.answered_by) == (1, [other_reviewer.pk])
    assert claim(other_reviewer, 1) == []
    assert take(reviewer) == outfit_id


def test_undo_never_touches_the_owners_word(
    photo: Prediction, reviewer: User, consenting: User
) -> None:
    steps.give(by(reviewer), take(reviewer), style("casual"))
    record_review(photo, consenting.pk, OWNER, "y2k")
    assert counted(photo) == ("outfit", "y2k", "corrected")
    steps.undo(by(reviewer))
    assert Review.objects.get().by == consenting
    assert counted(photo) == ("outfit", "y2k", "corrected")


def test_skipping_leaves_it_to_others_and_can_be_undone(
    photo: Prediction, reviewer: User, other_reviewer: User
) -> None:
    outfit_id = take(reviewer)
    steps.skip(reviewer, outfit_id)
    assert claim(reviewer, 1) == []
    assert take(other_reviewer) == outfit_id
    assert steps.undo(by(reviewer)) == [outfit_id]
    assert claim(reviewer, 1) == [], "the other one has it"
    steps.skip(other_reviewer, outfit_id)
    assert take(reviewer) == outfit_id
    assert not AuditEntry.objects.filter(action=Action.STAFF_VERDICT).exists()


def test_a_verdict_sent_twice_counts_once(photo: Prediction, reviewer: User) -> None:
    outfit_id = take(reviewer)
    given = at_once(4, lambda _: steps.give(by(reviewer), outfit_id, style("casual")))
    assert sorted(given) == [False, False, False, True]
    assert Review.objects.count() == Step.objects.count() == 1
    assert AuditEntry.objects.filter(action=Action.STAFF_VERDICT).count() == 1
    with pytest.raises(NotTheirs):
        steps.give(by(reviewer), outfit_id, style("y2k"))
    assert Review.objects.get().style == "casual"


def test_two_who_judge_at_once_the_one_with_the_lease_wins(
    photo: Prediction, reviewer: User, other_reviewer: User
) -> None:
    outfit_id = take(reviewer)
    ReviewItem.objects.update(lease_until=Now() - timedelta(seconds=1))
    assert take(other_reviewer) == outfit_id
    people = [reviewer, other_reviewer]

    def judge(number: int) -> bool:
        try:
            return steps.give(by(people[number]), outfit_id, style("casual"))
        except NotTheirs:
            return False

    assert at_once(2, judge) == [False, True]
    assert Review.objects.get().by == other_reviewer


def test_a_lease_that_ran_out_unnoticed_still_counts(photo: Prediction, reviewer: User) -> None:
    outfit_id = take(reviewer)
    ReviewItem.objects.update(lease_until=Now() - timedelta(hours=1))
    assert steps.give(by(reviewer), outfit_id, style("casual"))


def test_a_consent_taken_back_meanwhile_stops_the_verdict(
    photo: Prediction, reviewer: User, consenting: User
) -> None:
    outfit_id = take(reviewer)
    record_consent(consenting.pk, False)
    for act in (
        lambda: steps.give(by(reviewer), outfit_id, style("casual")),
        lambda: steps.skip(reviewer, outfit_id),
    ):
        with pytest.raises(NotTheirs):
            act()
    assert not Review.objects.exists()
    assert not AuditEntry.objects.filter(action=Action.STAFF_VERDICT).exists()


def test_a_permission_taken_away_meanwhile_stops_the_verdict(
    photo: Prediction, reviewer: User
) -> None:
    outfit_id = take(reviewer)
    reviewer.user_permissions.clear()
    with pytest.raises(NotTheirs):
        steps.give(by(User.objects.get(pk=reviewer.pk)), outfit_id, style("casual"))


def test_an_outfit_deleted_meanwhile_is_told(photo: Prediction, reviewer: User) -> None:
    outfit_id = take(reviewer)
    remove_outfit(photo.outfit)
    with pytest.raises(NotTheirs):
        steps.give(by(reviewer), outfit_id, style("casual"))
    with pytest.raises(NotTheirs):
        steps.skip(reviewer, outfit_id)
    assert claim(reviewer, 1) == []
    assert steps.undo(by(reviewer)) == []


def test_deleting_and_judging_at_once_end_both(
    consenting: User, reviewer: User, release: Release, settings: Any
) -> None:
    settings.FASI_REVIEW_TWICE_PERCENT = 0
    for _ in range(6):
        add_outfit(consenting, release, "boho")
    fill(BUDGET_S)
    taken = [item.pk for item in claim(reviewer, 6)]

    def race(number: int) -> None:
        outfit_id = taken[number // 2]
        if number % 2:
            remove_outfit(Outfit.objects.get(pk=outfit_id))
            return
        with suppress(NotTheirs):
            steps.give(by(reviewer), outfit_id, style("casual"))

    at_once(12, race)
    assert not Outfit.objects.exists()
    assert not Review.objects.exists()


def test_an_unknown_style_is_refused_and_the_photo_stays_theirs(
    photo: Prediction, reviewer: User
) -> None:
    outfit_id = take(reviewer)
    with pytest.raises(UnknownStyle):
        steps.give(by(reviewer), outfit_id, style("no-style"))
    assert take(reviewer) == outfit_id
    for text in ("", "style", "answer:outfit", "answer:x", "boho"):
        with pytest.raises(ValueError, match="no verdict"):
            Said.read(text)


def test_progress_counts_todays_verdicts(photo: Prediction, reviewer: User) -> None:
    assert (progress_of(reviewer).done, progress_of(reviewer).total) == (0, 1)
    steps.give(by(reviewer), take(reviewer), style("casual"))
    progress = progress_of(reviewer)
    assert (progress.done, progress.total, progress.with_reviewers) == (1, 1, None)
    Step.objects.update(created=timezone.now() - timedelta(hours=25))
    assert progress_of(reviewer).done == 0
    assert steps.undo(by(reviewer)) == []
    assert steps.forget_old() == 1
