"""Who is held out of training: a share of the people, decided once for each."""

from typing import Any

import pytest
from django.contrib.auth.models import User
from django.core.exceptions import ImproperlyConfigured

from classifier.models import TrainingSplit
from classifier.personal_data.training_split import held_out


def test_the_share_of_people_who_are_held_out_is_the_one_in_the_settings(
    site: None, settings: Any
) -> None:
    settings.FASI_HOLDOUT_SHARE = 0.25
    people = [User(username=f"person {number}") for number in range(400)]
    ids = [user.pk for user in User.objects.bulk_create(people)]
    out = held_out(ids)
    assert 60 < len(out) < 140
    assert held_out(reversed(ids)) == out
    assert held_out(ids[:7]) == out & set(ids[:7])


def test_a_share_that_is_none_decides_nothing_for_good(owner: User, settings: Any) -> None:
    settings.FASI_HOLDOUT_SHARE = 15
    with pytest.raises(ImproperlyConfigured, match="FASI_HOLDOUT_SHARE"):
        held_out([owner.pk])
    assert not TrainingSplit.objects.exists()
