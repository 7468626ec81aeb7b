"""Trials of rankings: stable sides, a share, and a guard that ends what people like less."""

from typing import Any

import pytest
from django.contrib.auth.models import User

from classifier.models import EndedTrial, Opinion, Release, Suggested
from classifier.personalization.for_you import suggestions_for
from classifier.personalization.trial import FEWEST, Side, is_worse, watch_trial
from classifier.personalization.variants import PROFILE, in_trial, variant_of
from tests.support.catalogue import add_items
from worker.jobs.maintenance import run_maintenance

TRIAL = "popular"


@pytest.fixture(autouse=True)
def _on_trial(settings: Any) -> None:
    settings.FASI_SUGGESTION_TRIAL = TRIAL
    settings.FASI_SUGGESTION_TRIAL_PERCENT = 50


def test_people_keep_their_side_and_the_share_holds(site: None, settings: Any) -> None:
    sides = [in_trial(owner_id, TRIAL) for owner_id in range(10_000)]
    assert sides == [in_trial(owner_id, TRIAL) for owner_id in range(10_000)]
    assert 4_700 < sum(sides) < 5_300
    another = [in_trial(owner_id, "style") for owner_id in range(10_000)]
    assert 2_200 < sum(one and other for one, other in zip(sides, another, strict=True)) < 2_800
    settings.FASI_SUGGESTION_TRIAL_PERCENT = 0
    assert not any(in_trial(owner_id, TRIAL) for owner_id in range(1_000))
    settings.FASI_SUGGESTION_TRIAL_PERCENT = 100
    assert variant_of(1).name == TRIAL
    settings.FASI_SUGGESTION_TRIAL = "nobody knows this one"
    assert variant_of(1) == PROFILE


def people(variant: str, count: int, liked: float, release: Release) -> None:
    """So many people with that share of twenty likes, the rest hidden."""
    items = add_items(release, "casual", 20)
    made = User.objects.bulk_create(User(username=f"{variant}-{n}") for n in range(count))
    Suggested.objects.bulk_create(Suggested(owner=each, variant=variant, shown=20) for each in made)
    Opinion.objects.bulk_create(
        Opinion(
            owner=each,
            item=item,
            variant=variant,
            said="liked" if (n * 7 + k) % 20 < 20 * liked else "hidden",
        )
        for n, each in enumerate(made)
        for k, item in enumerate(items[: 10 + n % 11])
    )


def test_the_guard_ends_what_people_like_less_for_good(release: Release, settings: Any) -> None:
    people(TRIAL, FEWEST, 0.2, release)
    people(PROFILE.name, FEWEST, 0.6, release)
    run_maintenance()
    ended = EndedTrial.objects.get(name=TRIAL)
    assert ended.rate < ended.shipped_rate
    settings.FASI_SUGGESTION_TRIAL_PERCENT = 100
    assert variant_of(1) == PROFILE
    assert not watch_trial()


@pytest.mark.parametrize(
    ("count", "liked", "others"), [(FEWEST, 0.5, 0.5), (FEWEST, 0.9, 0.5), (FEWEST - 1, 0.0, 1.0)]
)
def test_the_guard_lets_go_on_what_is_not_worse_or_not_known(
    count: int, liked: float, others: float, release: Release
) -> None:
    people(TRIAL, count, liked, release)
    people(PROFILE.name, FEWEST, others, release)
    assert not watch_trial()
    assert not EndedTrial.objects.exists()


def test_one_persons_many_hides_prove_nothing() -> None:
    calm = [(20, 2)] * 200
    angry = [(20, 2)] * 199 + [(2_000, -2_000)]
    assert not is_worse(Side.of(angry), Side.of(calm))
    assert is_worse(Side.of([(20, n % 3 - 1) for n in range(200)]), Side.of(calm))
    assert Side.of([]).people == 0


def test_what_is_said_is_booked_on_the_side_that_chose(
    owner: User, release: Release, settings: Any
) -> None:
    add_items(release, "casual", 4)
    settings.FASI_SUGGESTION_TRIAL_PERCENT = 100
    suggestions_for(owner.pk)
    suggestions_for(owner.pk)
    suggested = Suggested.objects.get(owner=owner)
    assert (suggested.variant, suggested.shown) == (TRIAL, 4)
    settings.FASI_SUGGESTION_TRIAL_PERCENT = 0
    suggestions_for(owner.pk)
    suggested.refresh_from_db()
    assert (suggested.variant, suggested.shown) == (PROFILE.name, 2)
