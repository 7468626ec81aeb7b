"""`manage.py replay`, on rows."""

from io import StringIO

import pytest
from django.contrib.auth.models import User
from django.core.management import CommandError, call_command

from classifier.management.commands.replay import FEWEST_PERSONS
from classifier.models import Outfit, Purpose, Release, Review
from classifier.personal_data.consents import record_consent
from classifier.personalization.replaying import history_of
from classifier.personalization.weights import FEWEST
from classifier.reviews.verdicts import record_review
from tests.support.factories import add_outfit

MORE = 4


def somebody(number: int, release: Release) -> User:
    """Who calls everything of one look streetwear, which the model takes for casual."""
    owner = User.objects.create_user(f"person-{number}", f"{number}@example.org")
    for days_ago in range(FEWEST + MORE, 0, -1):
        said = add_outfit(owner, release, "casual", days_ago=days_ago, confidence=0.6)
        review = record_review(said, owner.pk, Review.Role.OWNER, "streetwear")
        Review.objects.filter(pk=review.pk).update(created=said.outfit.created)
    return owner


def replay(**options: str) -> str:
    out = StringIO()
    call_command("replay", stdout=out, **options)
    return out.getvalue()


def test_it_walks_through_the_histories_of_those_who_consent(release: Release) -> None:
    people = [somebody(number, release) for number in range(FEWEST_PERSONS + 1)]
    for owner in people[:-1]:
        record_consent(owner.pk, True, Purpose.RESEARCH)
    said = replay()
    outfits = FEWEST_PERSONS * (FEWEST + MORE)
    assert said.startswith(f"{FEWEST_PERSONS} people, as {release} sees their outfits")
    assert f"| the model alone | {outfits} | 0.0 |" in said
    right = 100 * (MORE / (FEWEST + MORE))
    assert f"| with both | {outfits} | {right:.1f} | +{right:.1f}" in said


def test_too_few_are_not_told_of(release: Release) -> None:
    people = [somebody(number, release) for number in range(FEWEST_PERSONS)]
    for owner in people[:-1]:
        record_consent(owner.pk, True, Purpose.RESEARCH)
    with pytest.raises(CommandError, match=f"{FEWEST_PERSONS - 1} people"):
        replay()
    with pytest.raises(CommandError, match="no release nobody-knows"):
        replay(release="nobody-knows")


def test_a_word_counts_from_when_it_was_said(owner: User, release: Release) -> None:
    outfits = [add_outfit(owner, release, "casual", days_ago=3 - n).outfit for n in range(3)]
    review = record_review(outfits[0].predictions.get(), owner.pk, Review.Role.OWNER, "boho")
    history = history_of(owner, release)
    assert history.told_before.tolist() == [0, 0, 0]  # it was said just now
    Review.objects.filter(pk=review.pk).update(created=outfits[1].created)
    assert history_of(owner, release).told_before.tolist() == [0, 0, 1]
    Outfit.objects.all().delete()
    assert history_of(owner, release).told_before.tolist() == []
