"""Answers that learn from a person: in rows, over HTTP, in the API and the export."""

import json
import subprocess
import sys
from collections.abc import Callable
from io import BytesIO
from zipfile import ZipFile

import pytest
from django.contrib.auth.models import User
from django.test import Client

from classifier.integrations.tokens import issue_token
from classifier.lifecycle.removal import remove_outfits
from classifier.models import (
    AuditEntry,
    Outfit,
    PersonalAnswer,
    Prediction,
    Release,
    Review,
    Scope,
)
from classifier.personalization.switch import adapts_to
from classifier.personalization.weights import FEWEST
from classifier.personalization.writing import keep, personal_answers
from classifier.reviews.verdicts import record_review
from tests.support.factories import add_outfit, another_release
from worker.classification import work
from worker.jobs.maintenance import run_maintenance

Make = Callable[..., Outfit]
LOOK, ANOTHER = (1.0, 0.0), (-1.0, 0.0)


def call(client: Client, outfit: Outfit, style: str) -> None:
    """The owner says on the outfit's page which style it is."""
    client.post(f"/outfits/{outfit.pk}/correct/", {"style": style})


def told(owner: User, release: Release, count: int = FEWEST, style: str = "streetwear") -> None:
    """Outfits of one look that the model takes for casual, and their owner for something else."""
    for days_ago in range(count, 0, -1):
        said = add_outfit(owner, release, "casual", days_ago=days_ago, confidence=0.6, look=LOOK)
        record_review(said, owner.pk, Review.Role.OWNER, style)


def answered(prediction: Prediction) -> PersonalAnswer | None:
    """What the worker keeps beside a prediction that it writes."""
    keep(personal_answers([prediction]), {prediction.outfit_id})
    return PersonalAnswer.objects.filter(prediction=prediction).first()


def new(owner: User, release: Release, **options: object) -> Prediction:
    return add_outfit(owner, release, "casual", confidence=0.6, look=LOOK, **options)  # type: ignore[arg-type]


def page(client: Client, outfit: Outfit) -> str:
    return client.get(outfit.get_absolute_url()).content.decode()


def test_a_worker_learns_from_what_was_said_on_pages(
    make_outfit: Make, as_owner: Client, as_stranger: Client, owner: User, release: Release
) -> None:
    for seed in range(FEWEST):
        outfit = make_outfit(seed)
        work(budget_s=30)
        call(as_owner, outfit, "lolita")
        assert not PersonalAnswer.objects.exists()
    latest = make_outfit(FEWEST)
    work(budget_s=30)
    prediction = latest.predictions.get()
    assert prediction.style != "lolita"
    personal = PersonalAnswer.objects.get(prediction=prediction)
    assert (personal.style, personal.told) == ("lolita", FEWEST)
    assert sum(personal.probabilities) == pytest.approx(1)

    said = page(as_owner, latest)
    usual = prediction.top_style.name("en")
    assert f"Usually {usual}; you called {personal.similar} similar outfit" in said
    assert 'data-personal="lolita"' in said
    latest.refresh_from_db()
    assert latest.style == prediction.style
    assert as_stranger.get(latest.get_absolute_url()).status_code == 404

    token = issue_token(owner, "test", (Scope.READ,)).text
    answer = (
        Client()
        .get(f"/api/v1/outfits/{latest.pk}", headers={"authorization": f"Bearer {token}"})
        .json()
    )
    assert answer["prediction"]["style"] == answer["style"] == prediction.style
    assert answer["personal"]["style"] == "lolita"
    assert answer["personal"]["sentence"].startswith(f"Usually {usual}; you called")

    call(as_owner, latest, "boho")
    assert "data-personal" not in page(as_owner, latest)


def test_too_little_said_changes_nothing(owner: User, release: Release) -> None:
    told(owner, release, FEWEST - 1)
    assert answered(new(owner, release)) is None


def test_similar_outfits_are_counted_by_their_look(owner: User, release: Release) -> None:
    told(owner, release)
    other = add_outfit(owner, release, "casual", confidence=0.6, look=ANOTHER, days_ago=1)
    record_review(other, owner.pk, Review.Role.OWNER, "streetwear")
    personal = answered(new(owner, release))
    assert personal
    assert (personal.style, personal.told, personal.similar) == ("streetwear", FEWEST + 1, FEWEST)


def test_nothing_is_learnt_from_others(
    owner: User, stranger: User, staff: User, release: Release
) -> None:
    told(stranger, release)
    for prediction in Prediction.objects.all():
        record_review(prediction, staff.pk, Review.Role.STAFF, "boho")
    for _ in range(FEWEST):
        said = new(owner, release)
        record_review(said, staff.pk, Review.Role.STAFF, "boho")
    assert answered(new(owner, release)) is None


def test_two_releases_are_never_compared(owner: User, release: Release) -> None:
    told(owner, release)
    other = another_release(release)
    assert answered(new(owner, other)) is None
    for outfit in Outfit.objects.filter(certainty="corrected"):  # as a backfill does
        first = outfit.predictions.get()
        first.pk, first.release, first.shown = None, other, False
        first.save(force_insert=True)
    personal = answered(new(owner, other))
    assert personal
    assert personal.told == FEWEST


def test_what_is_no_outfit_gets_no_style_of_ones_own(
    owner: User, as_owner: Client, release: Release
) -> None:
    told(owner, release)
    assert answered(new(owner, release, kind="none")) is None


def test_contradictions_and_styles_that_the_release_does_not_know_do_no_harm(
    owner: User, release: Release
) -> None:
    told(owner, release, FEWEST, "streetwear")
    told(owner, release, FEWEST, "lolita")
    Review.objects.filter(style="lolita").update(style="unheard-of")
    personal = answered(new(owner, release))
    assert personal
    assert sum(personal.probabilities) == pytest.approx(1)
    assert personal.style in release.styles.ids


def test_styles_outside_the_wardrobe_stay_out(owner: User, release: Release) -> None:
    told(owner, release)
    prediction = new(owner, release)
    place = release.styles.ids.index("streetwear")
    prediction.probabilities[place] = 0.0
    personal = answered(prediction)
    assert personal
    assert personal.probabilities[place] == 0


def test_switched_off_it_forgets_and_learns_no_more(
    owner: User, as_owner: Client, stranger: User, release: Release
) -> None:
    told(owner, release)
    told(stranger, release)
    assert answered(new(owner, release))
    theirs = answered(new(stranger, release))
    assert 'data-adapts="yes"' in as_owner.get("/account/data/").content.decode()
    as_owner.post("/account/data/adapting/", {"adapts": "0"})
    assert 'data-adapts="no"' in as_owner.get("/account/data/").content.decode()
    assert list(PersonalAnswer.objects.all()) == [theirs]
    assert answered(new(owner, release)) is None
    as_owner.post("/account/data/adapting/", {"adapts": "1"})
    assert adapts_to(owner.pk)
    assert answered(new(owner, release))
    done = AuditEntry.objects.filter(action="adapting_changed", subject=owner).order_by("pk")
    assert [each.details for each in done] == [{"adapts": False}, {"adapts": True}]


def test_it_is_in_the_export_and_goes_with_the_outfit(
    make_outfit: Make, owner: User, as_owner: Client, release: Release
) -> None:
    told(owner, release)
    outfit = make_outfit()
    work(budget_s=30)
    as_owner.post("/account/data/export/")
    run_maintenance()
    fetched = as_owner.get("/account/data/export/file/")
    archive = ZipFile(BytesIO(b"".join(fetched.streaming_content)))  # type: ignore[attr-defined]
    assert json.loads(archive.read("account.json"))["answers_learn_from_corrections"] is True
    rows = {each["id"]: each for each in json.loads(archive.read("outfits.json"))}
    (said,) = rows[str(outfit.pk)]["predictions"]
    assert said["for_you"]["outfits_you_named"] == FEWEST
    assert set(said["for_you"]["probabilities"]) == set(release.styles.ids)
    remove_outfits([outfit.pk])
    assert not PersonalAnswer.objects.exists()


def test_the_site_adapts_without_numpy() -> None:
    code = (
        "import sys, django; django.setup();"
        "import classifier.personalization.sentences, classifier.views.data;"
        "sys.exit('classifier.personalization.adaptation' in sys.modules)"
    )
    subprocess.run([sys.executable, "-c", code], check=True)
