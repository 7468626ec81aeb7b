"""Many photos of one style confirmed in one go, and undone in one."""

import uuid
from typing import Any

from django.contrib.auth.models import User

from classifier.models import Release, Review
from classifier.reviews import steps
from classifier.reviews.filling import fill
from classifier.reviews.queue import claim
from classifier.reviews.steps import Confirmed
from tests.classifier.reviews.conftest import by
from tests.support.factories import add_outfit, add_prediction, another_release

BUDGET_S = 60


def test_many_confirmed_are_undone_in_one_go(
    consenting: User, reviewer: User, other_reviewer: User, release: Release, settings: Any
) -> None:
    settings.FASI_REVIEW_TWICE_PERCENT = 0
    for _ in range(4):
        add_outfit(consenting, release, "boho")
    fill(BUDGET_S)
    taken = [item.pk for item in claim(reviewer, 3)]
    (not_theirs,) = (item.pk for item in claim(other_reviewer, 1))
    shown = [*taken, not_theirs, uuid.uuid4()]
    assert steps.confirm_all(by(reviewer), shown, "boho") == Confirmed(3, 0)
    assert set(Review.objects.values_list("verdict", flat=True)) == {"right"}
    assert sorted(steps.undo(by(reviewer))) == sorted(taken)
    assert not Review.objects.exists()


def test_what_was_shown_is_confirmed_and_not_what_another_release_says_by_now(
    consenting: User, reviewer: User, release: Release, settings: Any
) -> None:
    settings.FASI_REVIEW_TWICE_PERCENT = 0
    same, other, nothing, worn = (
        add_outfit(consenting, release, "boho", kind=kind)
        for kind in ("outfit", "outfit", "none", "none")
    )
    fill(BUDGET_S)
    claim(reviewer, 4)
    promoted = another_release(release)
    add_prediction(other.outfit, promoted, "casual")
    add_prediction(worn.outfit, promoted, "boho")
    of_style = steps.confirm_all(by(reviewer), [same.outfit_id, other.outfit_id], "boho")
    assert of_style == Confirmed(1, 1)
    no_outfits = steps.confirm_all(by(reviewer), [nothing.outfit_id, worn.outfit_id], "")
    assert no_outfits == Confirmed(1, 1)
    said = Review.objects.values_list("prediction__outfit", "answer", "style")
    assert set(said) == {
        (same.outfit_id, "style", "boho"),
        (nothing.outfit_id, "not_an_outfit", ""),
    }
