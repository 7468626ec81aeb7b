"""What is in the bin teaches nobody anything: no answers, no measures, no receiver of events."""

from collections.abc import Callable

import pytest
from django.contrib.auth.models import User

from classifier.bin.service import remove_for_ever, restore, throw_away
from classifier.integrations.deliveries import claim_deliveries, payload, record_ended
from classifier.lifecycle.claims import claim_outfits
from classifier.models import Delivery, Event, Outfit, Prediction, Release, Review, Webhook
from classifier.personalization.replaying import history_of
from classifier.personalization.weights import FEWEST
from classifier.personalization.writing import personal_answers
from classifier.releases.comparing import agreement_of, comparison_of, disagreements
from classifier.reviews.speaking import let_speak
from classifier.reviews.verdicts import record_review
from tests.support.factories import add_outfit, add_prediction, another_release
from worker.classification import PrefetchedClaim, process
from worker.loaded_model import loaded_model

Make = Callable[..., Outfit]


@pytest.fixture
def other(release: Release) -> Release:
    return another_release(release)


def named(owner: User, release: Release, style: str = "streetwear") -> Outfit:
    """An outfit that the model takes for casual, and its owner for something else."""
    prediction = add_outfit(owner, release, "casual", confidence=0.6)
    record_review(prediction, owner.pk, Review.Role.OWNER, style)
    return prediction.outfit


def test_the_answers_that_a_person_gets(owner: User, release: Release) -> None:
    said = [named(owner, release) for _ in range(FEWEST)]
    new = add_outfit(owner, release, "casual", confidence=0.6)
    assert personal_answers([new])
    throw_away(owner.pk, [said[0].pk])
    assert not personal_answers([new])
    restore(owner.pk, [said[0].pk])
    assert personal_answers([new])


def test_the_replay_of_a_history(owner: User, release: Release) -> None:
    kept, gone = named(owner, release), named(owner, release)
    throw_away(owner.pk, [gone.pk])
    assert len(history_of(owner, release).told) == 1
    throw_away(owner.pk, [kept.pk])
    assert len(history_of(owner, release).told) == 0


def test_the_comparison_of_two_releases(owner: User, release: Release, other: Release) -> None:
    owner.consents.create(given=True)
    outfit = named(owner, release)
    add_prediction(outfit, other, "boho", shown=False)
    assert comparison_of(release, other).photos == 1
    throw_away(owner.pk, [outfit.pk])
    assert comparison_of(release, other).photos == 0
    assert agreement_of(release, other).outfits == 0
    assert disagreements(release, other, 10) == []


def test_it_counts_as_its_owner_said_whichever_release_speaks_meanwhile(
    owner: User, release: Release, other: Release
) -> None:
    outfit = named(owner, release, "boho")
    add_prediction(outfit, other, "boho", shown=False)
    throw_away(owner.pk, [outfit.pk])
    let_speak(other.pk, [outfit.pk])  # of a backfill that had it in hand
    restore(owner.pk, [outfit.pk])
    outfit.refresh_from_db()
    assert (outfit.style, outfit.certainty) == ("boho", "confirmed")


def test_webhooks(owner: User, release: Release) -> None:
    events = [Event.DONE, Event.FAILED]
    Webhook.objects.create(owner=owner, url="https://example.org/", events=events)
    gone, told = [add_outfit(owner, release, "casual").outfit for _ in range(2)]
    throw_away(owner.pk, [gone.pk])
    record_ended([gone.pk, told.pk])
    assert Delivery.objects.get().outfit_id == told.pk
    throw_away(owner.pk, [told.pk])
    (claim,) = claim_deliveries(10)
    assert set(payload(claim)["data"]) == {"id", "url", "status"}


def test_deleting_for_ever_while_a_worker_holds_it_leaves_nothing(
    make_outfit: Make, owner: User, release: Release
) -> None:
    outfit = make_outfit()
    claims = claim_outfits("w", 1)
    throw_away(owner.pk, [outfit.pk])
    assert remove_for_ever(owner.pk, [outfit.pk]) == 1
    assert process(PrefetchedClaim(claims), loaded_model()) == 0
    assert not Outfit.everything.exists()
    assert not Prediction.objects.exists()
