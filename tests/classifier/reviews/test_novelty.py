"""Photos unlike those of training are worth a look, and that is measured once."""

import pytest
from django.contrib.auth.models import User

from classifier.models import Consent, Prediction, Release, ReviewItem
from classifier.reviews import asking
from classifier.reviews.filling import fill
from classifier.reviews.novelty import measured
from classifier.reviews.worth import WEIGHTS, refresh
from tests.support.factories import add_outfit, add_prediction, another_release
from tests.support.references import clustered, release_with_reference

BUDGET_S = 60
FAR_AWAY = 3.0


@pytest.fixture
def with_reference(site: None) -> Release:
    return release_with_reference()


def add(owner: User, release: Release, *, shift: float = 0, kind: str = "outfit") -> Prediction:
    (look,) = clustered(1, seed=1, shift=shift)
    return add_outfit(owner, release, "style1", look=look, kind=kind)


def item(prediction: Prediction) -> ReviewItem:
    return ReviewItem.objects.get(outfit=prediction.outfit_id)


def test_the_farther_from_training_the_more_worth(
    consenting: User, with_reference: Release
) -> None:
    usual = add(consenting, with_reference)
    odd = add(consenting, with_reference, shift=FAR_AWAY)
    nothing = add(consenting, with_reference, shift=FAR_AWAY, kind="none")
    fill(BUDGET_S)
    assert (item(usual).far, item(odd).far, item(nothing).far) == (0, 1, None)
    assert item(odd).worth == pytest.approx(item(usual).worth + WEIGHTS["far"])
    assert "far" in item(odd).reasons
    assert "far" not in item(usual).reasons + item(nothing).reasons


def test_it_is_measured_once_and_of_the_prediction_that_is_shown(
    consenting: User, with_reference: Release
) -> None:
    odd = add(consenting, with_reference, shift=FAR_AWAY)
    fill(BUDGET_S)
    assert measured([odd.outfit_id]) == {}
    before = item(odd).worth
    asking.ask(odd.outfit)
    assert item(odd).worth == pytest.approx(before + WEIGHTS["asked"]), "it stays known"
    newer = another_release(with_reference)
    add_prediction(odd.outfit, newer, "style1", look=(1.0,))
    refresh([odd.outfit_id])
    assert item(odd).far is None, "that was said of another prediction"
    fill(BUDGET_S)
    assert item(odd).far is None, "a bundle without a reference says nothing"


def test_only_what_staff_may_look_at_is_measured(
    consenting: User, stranger: User, with_reference: Release
) -> None:
    private, asked = (add(stranger, with_reference) for _ in range(2))
    asking.ask(asked.outfit)
    theirs = add(consenting, with_reference)
    ids = [private.outfit_id, asked.outfit_id, theirs.outfit_id]
    assert set(measured(ids)) == {asked.outfit_id, theirs.outfit_id}
    Consent.objects.create(owner=consenting, given=False)
    assert set(measured(ids)) == {asked.outfit_id}
