"""Which release speaks for an outfit, and that nobody sees what another says of it."""

import json

import pytest
from django.contrib.auth.models import User
from django.db import IntegrityError
from django.test import Client

from classifier.batches.csv_export import lines
from classifier.history.queries import daily_totals, extremes_of, similar_to
from classifier.integrations.tokens import issue_token
from classifier.models import Batch, Outfit, Release, Review, Scope, Share
from classifier.personal_data.records import rows_of
from classifier.reviews.speaking import let_speak
from classifier.reviews.verdicts import record_review
from tests.support.factories import add_outfit, add_prediction, another_release

Answer = Review.Answer
OWNER, STAFF = Review.Role.OWNER, Review.Role.STAFF


@pytest.fixture
def other(release: Release) -> Release:
    return another_release(release)


@pytest.fixture
def outfit(owner: User, release: Release, other: Release) -> Outfit:
    """The active release says formal and speaks; the other says boho."""
    outfit = add_outfit(owner, release, "formal", look=(1, 0)).outfit
    add_prediction(outfit, other, "boho", confidence=0.3, look=(0, 1), shown=False)
    return outfit


def counts_as(outfit: Outfit) -> tuple[str, str, str]:
    found = Outfit.objects.get(pk=outfit.pk)
    return found.kind, found.style, found.certainty


def speaks(outfit: Outfit) -> str:
    return outfit.predictions.get(shown=True).release.name


def test_at_most_one_prediction_of_an_outfit_is_shown(outfit: Outfit) -> None:
    with pytest.raises(IntegrityError, match="prediction_one_shown"):
        outfit.predictions.update(shown=True)


def test_another_release_speaks_and_the_outfit_counts_as_it_says(
    outfit: Outfit, release: Release, other: Release
) -> None:
    assert let_speak(other.pk, [outfit.pk]) == {outfit.pk}
    assert speaks(outfit) == "other"
    assert counts_as(outfit) == ("outfit", "boho", "unsure")
    assert let_speak(other.pk, [outfit.pk]) == set()
    assert let_speak(release.pk, [outfit.pk]) == {outfit.pk}
    assert counts_as(outfit) == ("outfit", "formal", "sure")


def test_what_the_release_has_not_predicted_keeps_its_voice(
    owner: User, release: Release, other: Release, outfit: Outfit
) -> None:
    alone = add_outfit(owner, release, "casual").outfit
    assert let_speak(other.pk, [alone.pk, outfit.pk]) == {outfit.pk}
    assert speaks(alone) == release.name
    assert counts_as(alone) == ("outfit", "casual", "sure")


def test_a_new_voice_that_sees_no_outfit_takes_the_style_away(
    owner: User, release: Release, other: Release
) -> None:
    outfit = add_outfit(owner, release, "formal").outfit
    add_prediction(outfit, other, "formal", kind="people", shown=False)
    let_speak(other.pk, [outfit.pk])
    assert counts_as(outfit) == ("people", "", "")


@pytest.mark.parametrize(
    ("answer", "style", "before", "after"),
    [
        # Corrected stays corrected; where the new release says what its owner said, it is right.
        (Answer.STYLE, "casual", ("casual", "corrected"), ("casual", "corrected")),
        (Answer.STYLE, "boho", ("boho", "corrected"), ("boho", "confirmed")),
        (Answer.STYLE, "formal", ("formal", "confirmed"), ("formal", "corrected")),
        (Answer.NO_STYLE, "", ("", "corrected"), ("", "corrected")),
        (Answer.NOT_AN_OUTFIT, "", ("", "corrected"), ("", "corrected")),
        # Which style it is, nobody has said: that is the release's to say.
        (Answer.OUTFIT, "", ("formal", "sure"), ("boho", "unsure")),
    ],
)
def test_what_its_owner_said_holds_on_whoever_speaks(
    owner: User,
    outfit: Outfit,
    other: Release,
    answer: Review.Answer,
    style: str,
    before: tuple[str, str],
    after: tuple[str, str],
) -> None:
    record_review(outfit.predictions.get(shown=True), owner.pk, OWNER, style, answer=answer)
    assert counts_as(outfit)[1:] == before
    let_speak(other.pk, [outfit.pk])
    assert counts_as(outfit)[1:] == after
    assert Review.objects.get().prediction.release != other


def test_a_second_verdict_replaces_the_first_although_another_release_speaks(
    owner: User, staff: User, outfit: Outfit, release: Release, other: Release
) -> None:
    record_review(outfit.predictions.get(shown=True), owner.pk, OWNER, "casual")
    record_review(outfit.predictions.get(shown=True), staff.pk, STAFF, "sporty")
    let_speak(other.pk, [outfit.pk])
    record_review(outfit.predictions.get(shown=True), owner.pk, OWNER, "alt")
    let_speak(release.pk, [outfit.pk])
    assert counts_as(outfit)[1:] == ("alt", "corrected")
    record_review(outfit.predictions.get(shown=True), owner.pk, OWNER, "formal")
    assert counts_as(outfit)[1:] == ("formal", "confirmed")
    assert Review.objects.filter(role=OWNER).count() == 1
    assert Review.objects.filter(role=STAFF).count() == 1


def test_a_changed_word_of_staff_is_the_newest(owner: User, staff: User, outfit: Outfit) -> None:
    colleague = User.objects.create_user("colleague", is_staff=True)
    prediction = outfit.predictions.get(shown=True)
    for by, style in ((staff, "casual"), (colleague, "sporty"), (staff, "alt")):
        record_review(prediction, by.pk, STAFF, style)
    assert counts_as(outfit)[1:] == ("alt", "corrected")


def test_pages_program_and_card_say_what_the_speaking_release_says(
    owner: User, as_owner: Client, outfit: Outfit, other: Release
) -> None:
    address = f"/outfits/{outfit.pk}/"
    token = issue_token(owner, "program", [Scope.READ]).text
    share = Share.objects.create(outfit=outfit)

    def told() -> list[str]:
        api = as_owner.get(
            f"/api/v1/outfits/{outfit.pk}", headers={"Authorization": f"Bearer {token}"}
        ).json()
        assert api["prediction"]["style"] == api["style"]
        return [
            as_owner.get(address).content.decode(),
            as_owner.get("/outfits/").content.decode(),
            as_owner.get("/").content.decode(),
            json.dumps(api),
            Client().get(f"/s/{share.token}/").content.decode(),
        ]

    for page in told():
        assert "Formal" in page
        assert "Boho" not in page or 'name="style"' in page  # among the choices
        assert other.name not in page.split()
    let_speak(other.pk, [outfit.pk])
    for page in told():
        assert "Boho" in page


def test_profile_and_look_alikes_go_by_the_speaking_release(
    owner: User, release: Release, other: Release, outfit: Outfit
) -> None:
    alike = add_outfit(owner, release, "formal", look=(1, 0.1))
    third = add_outfit(owner, other, "boho", look=(0, 1))
    assert set(similar_to(owner.pk, outfit.pk, 5)) == {alike.outfit_id}
    assert set(similar_to(owner.pk, third.outfit_id, 5)) == set()
    assert extremes_of(owner.pk, other.pk) is None
    let_speak(other.pk, [outfit.pk])
    assert set(similar_to(owner.pk, third.outfit_id, 5)) == {outfit.pk}
    assert sum(each.tops.get("boho", 0) for each in daily_totals(owner.pk)) == 2


def test_a_batchs_csv_has_one_line_an_outfit(
    owner: User, release: Release, other: Release, outfit: Outfit
) -> None:
    batch = Batch.objects.create(owner=owner, name="b", total=1)
    Outfit.objects.update(batch=batch)
    (line,) = list(lines(batch))[1:]
    assert '"formal"' in line
    assert "boho:0.3" not in line


def test_an_export_has_all_predictions_and_says_which_is_shown(
    owner: User, outfit: Outfit, release: Release, other: Release
) -> None:
    (row,) = rows_of(Outfit.objects.filter(owner=owner), set())
    assert {each["model"]: each["shown"] for each in row["predictions"]} == {
        release.name: True,
        other.name: False,
    }


def test_staff_review_what_speaks(
    owner: User, as_staff: Client, outfit: Outfit, release: Release, other: Release
) -> None:
    owner.consents.create(given=True)
    silent = outfit.predictions.get(shown=False)
    page = as_staff.get("/admin/classifier/prediction/").content.decode()
    assert f"/prediction/{silent.pk}/" not in page
    assert as_staff.get(f"/admin/classifier/prediction/{silent.pk}/change/").status_code == 302


def test_the_programs_list_has_the_owners_word_from_before(
    owner: User, as_owner: Client, outfit: Outfit, other: Release
) -> None:
    record_review(outfit.predictions.get(shown=True), owner.pk, OWNER, "casual", "my note")
    let_speak(other.pk, [outfit.pk])
    token = issue_token(owner, "program", [Scope.READ]).text
    answer = as_owner.get("/api/v1/outfits", headers={"Authorization": f"Bearer {token}"})
    (item,) = answer.json()["items"]
    assert (item["style"], item["certainty"]) == ("casual", "corrected")
    assert item["correction"]["style"] == "casual"
    assert item["prediction"]["release"] == "other"
    page = as_owner.get(f"/outfits/{outfit.pk}/").content.decode()
    assert "You said" in page
