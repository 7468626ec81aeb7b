"""Cohen's kappa, of tables and of what reviewers said."""

from collections import Counter

import pytest
from django.contrib.auth.models import User

from classifier.models import Release, Review
from classifier.reviews.agreement import cohen_kappa, of_photos, of_reviewer, of_reviewers
from classifier.reviews.verdicts import record_review
from tests.support.factories import add_outfit

STAFF, OWNER = Review.Role.STAFF, Review.Role.OWNER


def test_kappa_of_the_textbook() -> None:
    # 50 proposals, two readers: 20 times both yes, 15 times both no.
    counts = {("y", "y"): 20, ("y", "n"): 5, ("n", "y"): 10, ("n", "n"): 15}
    assert cohen_kappa(counts) == pytest.approx(0.4)


@pytest.mark.parametrize(
    ("counts", "kappa"),
    [
        ({("a", "a"): 3, ("b", "b"): 4}, 1.0),
        ({("a", "b"): 3, ("b", "a"): 3}, -1.0),
        ({("a", "a"): 1, ("a", "b"): 1, ("b", "a"): 1, ("b", "b"): 1}, 0.0),
        ({("a", "a"): 9}, None),
        ({}, None),
    ],
)
def test_kappa_at_its_ends(counts: dict[tuple[str, str], int], kappa: float | None) -> None:
    assert cohen_kappa(Counter(counts)) == kappa


def test_agreement_of_reviewers_photos_and_owners(
    consenting: User, reviewer: User, other_reviewer: User, staff: User, release: Release
) -> None:
    said = [("boho", "boho"), ("boho", "casual"), ("y2k", "y2k"), ("casual", "casual")]
    photos = [add_outfit(consenting, release, "boho") for _ in range(6)]
    for photo, (mine, theirs) in zip(photos, said, strict=False):
        record_review(photo, reviewer.pk, STAFF, mine)
        record_review(photo, other_reviewer.pk, STAFF, theirs)
    unusable = Review.Answer.UNUSABLE
    record_review(photos[4], reviewer.pk, STAFF, answer=unusable)
    record_review(photos[4], other_reviewer.pk, STAFF, answer=unusable)
    record_review(photos[5], staff.pk, STAFF, "boho")
    record_review(photos[0], consenting.pk, OWNER, "casual")
    record_review(photos[2], consenting.pk, OWNER, "y2k")
    record_review(photos[3], consenting.pk, OWNER, answer=Review.Answer.OUTFIT)

    found = of_reviewers()
    assert set(found) == {reviewer.pk, other_reviewer.pk}, "nobody shared a photo with the third"
    assert (found[reviewer.pk].pairs, found[reviewer.pk].agreed) == (5, 4)
    assert found[reviewer.pk] == of_reviewer(reviewer.pk)
    assert found[reviewer.pk].kappa == pytest.approx(found[other_reviewer.pk].kappa)
    with_owner = of_reviewer(reviewer.pk, OWNER)
    assert (with_owner.pairs, with_owner.agreed) == (2, 1), "an outfit of no style says nothing"
    shares = of_photos([photo.outfit_id for photo in photos])
    assert shares[photos[0].outfit_id] == 1
    assert shares[photos[1].outfit_id] == 0
    assert photos[5].outfit_id not in shares
