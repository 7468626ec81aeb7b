"""Retrainings that the settings ask for: when one is due, and when not."""

from datetime import timedelta
from typing import Any

import pytest
from django.contrib.auth.models import User

from classifier.models import Release, Retraining, Review, TrainingSplit
from classifier.personal_data.consents import record_consent
from classifier.retraining.schedule import queue_if_due
from classifier.reviews.verdicts import record_review
from tests.support.factories import add_outfit


@pytest.fixture
def reviewed(owner: User, release: Release, settings: Any) -> None:
    """One reviewed outfit of somebody who is held out is enough here."""
    settings.FASI_RETRAIN_PHOTOS = 1
    settings.FASI_RETRAIN_EVERY_DAYS = 7
    settings.FASI_TRAINING_PHOTOS = ["mine"]
    TrainingSplit.objects.create(owner=owner, held_out=True)
    record_consent(owner.pk, given=True)
    record_review(add_outfit(owner, release, "boho"), owner.pk, Review.Role.OWNER, "boho")


def test_it_is_off_unless_the_settings_say_so(reviewed: None, settings: Any) -> None:
    settings.FASI_RETRAIN_EVERY_DAYS = 0
    queue_if_due()
    assert not Retraining.objects.exists()


def test_one_is_queued_when_the_last_is_old_enough(reviewed: None) -> None:
    queue_if_due()
    queue_if_due()
    first = Retraining.objects.get()
    Retraining.objects.update(status="failed", error_code="training")
    queue_if_due()
    assert Retraining.objects.count() == 1, "the last one is of today"
    Retraining.objects.update(created=first.created - timedelta(days=8))
    queue_if_due()
    assert Retraining.objects.count() == 2


def test_what_is_too_little_waits_for_more(reviewed: None, settings: Any) -> None:
    settings.FASI_RETRAIN_PHOTOS = 100
    queue_if_due()
    assert not Retraining.objects.exists()
