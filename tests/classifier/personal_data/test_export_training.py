"""`manage.py export_training`: what comes into the folder, what goes; and training reads it."""

import csv
import json
from collections.abc import Callable
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.core.files.base import ContentFile
from django.core.management import CommandError, call_command

from classifier.lifecycle.removal import remove_outfit
from classifier.models import Outfit, Prediction, Release, Review, TrainingSplit
from classifier.personal_data.consents import record_consent
from classifier.personal_data.training_photos import remove_withdrawn
from classifier.reviews.verdicts import record_review
from classifier.storage import objects
from classifier.uploads.accept import accept_photo
from tests.support.bucket import take_away
from tests.support.factories import add_prediction
from tests.support.images import encode
from tests.training.patterns import draw_pattern

Said = Callable[..., Prediction]


@pytest.fixture
def said(owner: User, release: Release) -> Said:
    """An outfit that was uploaded, and what the release said of it."""

    def make(seed: int, style: str = "formal", user: User | None = None) -> Prediction:
        photo = ContentFile(encode(draw_pattern(seed)), name=f"{seed}.jpg")
        outfit = accept_photo((user or owner).pk, photo).outfit
        return add_prediction(outfit, release, style)

    return make


@pytest.fixture
def other_release(release: Release) -> Release:
    """Another release of the same taxonomy."""
    return Release.objects.create(
        name="another", bundle_key="bundles/x/", sha256="0" * 64, taxonomy=release.taxonomy
    )


def rows(folder: Path) -> list[dict[str, str]]:
    with (folder / "manifest.csv").open(newline="") as file:
        return list(csv.DictReader(file))


def sides(folder: Path) -> dict[int, set[str]]:
    """The splits of each owner's photos."""
    found: dict[int, set[str]] = {}
    for row in rows(folder):
        owner = Outfit.objects.get(pk=Path(row["path"]).stem).owner_id
        found.setdefault(owner, set()).add(row["split"])
    return found


def export(folder: Path) -> str:
    out = StringIO()
    call_command("export_training", str(folder), stdout=out)
    return out.getvalue()


def manifest(folder: Path) -> dict[str, str]:
    """Style by the name of the outfit; checks that the files are those, and no more."""
    found = rows(folder)
    assert {row["path"] for row in found} == {f"photos/{p.name}" for p in folder.glob("photos/*")}
    return {Path(row["path"]).stem: row["style"] for row in found}


def test_only_reviewed_outfits_of_people_who_consent(
    said: Said, owner: User, stranger: User, tmp_path: Path
) -> None:
    reviewed, unreviewed, foreign = said(1), said(2), said(3, user=stranger)
    for prediction in (reviewed, foreign):
        record_review(prediction, prediction.outfit.owner_id, Review.Role.OWNER, "boho")
    record_consent(owner.pk, given=True)
    export(tmp_path / "history")
    assert manifest(tmp_path / "history") == {str(reviewed.outfit_id): "boho"}
    photo = tmp_path / "history" / "photos" / f"{reviewed.outfit_id}.jpg"
    assert photo.read_bytes() == objects.get(reviewed.outfit.photo_key)
    assert not unreviewed.reviews.exists()


def test_staffs_verdict_is_the_label_where_both_gave_one(
    said: Said, owner: User, staff: User, tmp_path: Path
) -> None:
    prediction = said(1)
    record_review(prediction, staff.pk, Review.Role.STAFF, "casual")
    record_review(prediction, owner.pk, Review.Role.OWNER, "boho")
    record_consent(owner.pk, given=True)
    export(tmp_path)
    assert manifest(tmp_path) == {str(prediction.outfit_id): "casual"}


def test_what_is_no_outfit_is_for_the_gate_and_none_of_the_styles_for_nothing(
    said: Said, owner: User, staff: User, settings: Any, tmp_path: Path
) -> None:
    settings.FASI_HOLDOUT_SHARE = 0  # the gate gets no photos of people who are held out
    style, landscape, other_style, some_outfit = (said(seed) for seed in range(1, 5))
    record_consent(owner.pk, given=True)
    record_review(style, owner.pk, Review.Role.OWNER, "boho")
    answers = {
        landscape: Review.Answer.NOT_AN_OUTFIT,
        other_style: Review.Answer.NO_STYLE,
        some_outfit: Review.Answer.OUTFIT,
    }
    for prediction, answer in answers.items():
        record_review(prediction, owner.pk, Review.Role.OWNER, answer=answer)
    assert "has 2 photos" in export(tmp_path)
    with (tmp_path / "manifest.csv").open(newline="") as file:
        assert [row["style"] for row in csv.DictReader(file)] == ["boho"]
    with (tmp_path / "others" / "manifest.csv").open(newline="") as file:
        (row,) = csv.DictReader(file)
    assert (row["path"], row["kind"]) == (f"photos/{landscape.outfit_id}.jpg", "none")
    assert (tmp_path / "others" / row["path"]).is_file()

    record_review(landscape, staff.pk, Review.Role.STAFF, "casual")
    export(tmp_path)
    assert manifest(tmp_path)[str(landscape.outfit_id)] == "casual", "staff are believed"
    assert list((tmp_path / "others" / "photos").iterdir()) == []


def test_labels_say_how_sure_they_are_and_what_nobody_is_sure_of_is_left_out(
    said: Said, owner: User, staff: User, stranger: User, tmp_path: Path
) -> None:
    by_owner, by_staff, by_both, contested, unknown = (said(seed) for seed in range(1, 6))
    record_consent(owner.pk, given=True)
    for prediction in (by_owner, by_both):
        record_review(prediction, owner.pk, Review.Role.OWNER, "boho")
    for prediction in (by_staff, by_both, contested):
        record_review(prediction, staff.pk, Review.Role.STAFF, "boho")
    record_review(contested, stranger.pk, Review.Role.STAFF, "casual")
    record_review(unknown, owner.pk, Review.Role.OWNER, answer=Review.Answer.OUTFIT)
    export(tmp_path)
    weights = {row["path"]: float(row["weight"]) for row in rows(tmp_path)}
    assert len(weights) == 3
    one, two, three = (
        weights[f"photos/{each.outfit_id}.jpg"] for each in (by_owner, by_staff, by_both)
    )
    assert 0.6 < one < two < three <= 1


def test_somebodys_last_word_counts_whichever_release_it_was_about(
    said: Said, owner: User, staff: User, other_release: Release, tmp_path: Path
) -> None:
    prediction = said(1)
    record_consent(owner.pk, given=True)
    record_review(prediction, staff.pk, Review.Role.STAFF, "casual")
    later = add_prediction(prediction.outfit, other_release, "formal", shown=False)
    record_review(later, staff.pk, Review.Role.STAFF, "boho")
    export(tmp_path)
    assert manifest(tmp_path) == {str(prediction.outfit_id): "boho"}


def test_nobodys_photos_are_on_both_sides_and_held_out_stays_held_out(
    said: Said, owner: User, stranger: User, staff: User, tmp_path: Path, settings: Any
) -> None:
    people = (owner, stranger, staff)
    for seed, user in enumerate(people * 2):
        prediction = said(seed, user=user)
        record_review(prediction, user.pk, Review.Role.OWNER, "boho")
    nothing = said(6, user=stranger)
    record_review(nothing, stranger.pk, Review.Role.OWNER, answer=Review.Answer.NOT_AN_OUTFIT)
    TrainingSplit.objects.create(owner=stranger, held_out=True)
    settings.FASI_HOLDOUT_SHARE = 0
    for user in people:
        record_consent(user.pk, given=True)
    said_of_it = export(tmp_path)
    assert "2 are of people whose photos only test a model" in said_of_it
    assert sides(tmp_path) == {owner.pk: {"train"}, stranger.pk: {"val"}, staff.pk: {"train"}}
    assert list((tmp_path / "others" / "photos").iterdir()) == [], "it would train the gate"

    settings.FASI_HOLDOUT_SHARE = 1
    settings.SECRET_KEY = "another key"
    export(tmp_path)
    assert sides(tmp_path) == {owner.pk: {"train"}, stranger.pk: {"val"}, staff.pk: {"train"}}


def test_what_was_withdrawn_leaves_a_folder_that_is_there(
    said: Said, owner: User, stranger: User, tmp_path: Path
) -> None:
    mine, theirs, later = said(1), said(2, user=stranger), said(3)
    for prediction in (mine, theirs):
        record_review(prediction, prediction.outfit.owner_id, Review.Role.OWNER, "boho")
    for user in (owner, stranger):
        record_consent(user.pk, given=True)
    export(tmp_path)
    record_review(later, owner.pk, Review.Role.OWNER, "boho")
    assert remove_withdrawn(tmp_path) == 0
    record_consent(stranger.pk, given=False)
    assert remove_withdrawn(tmp_path) == 1
    assert manifest(tmp_path) == {str(mine.outfit_id): "boho"}, "and nothing new came"


def test_a_consent_that_was_taken_back_takes_the_photos_from_the_folder(
    said: Said, owner: User, stranger: User, tmp_path: Path
) -> None:
    mine, gone, theirs = said(1), said(2), said(3, user=stranger)
    for prediction in (mine, gone, theirs):
        record_review(prediction, prediction.outfit.owner_id, Review.Role.OWNER, "boho")
    for user in (owner, stranger):
        record_consent(user.pk, given=True)
    export(tmp_path)
    assert len(manifest(tmp_path)) == 3
    record_consent(stranger.pk, given=False)
    remove_outfit(Outfit.objects.get(pk=gone.outfit_id))
    assert "has 1 photos; 2 were taken away" in export(tmp_path)
    assert manifest(tmp_path) == {str(mine.outfit_id): "boho"}


def test_a_photo_that_is_gone_from_the_bucket_is_left_out(
    said: Said, owner: User, tmp_path: Path
) -> None:
    prediction = said(1)
    record_review(prediction, owner.pk, Review.Role.OWNER, "boho")
    record_consent(owner.pk, given=True)
    objects.remove([prediction.outfit.photo_key])
    assert "1 are gone from the bucket" in export(tmp_path)
    assert manifest(tmp_path) == {}


def test_a_folder_with_something_else_in_it_is_left_alone(site: None, tmp_path: Path) -> None:
    (tmp_path / "photos").mkdir()
    (tmp_path / "photos" / "holiday.jpg").write_bytes(b"mine")
    with pytest.raises(CommandError, match="name a new or an empty folder"):
        export(tmp_path)
    assert (tmp_path / "photos" / "holiday.jpg").read_bytes() == b"mine"


def test_while_s3_is_away_the_command_says_so(
    said: Said, owner: User, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    record_review(said(1), owner.pk, Review.Role.OWNER, "boho")
    record_consent(owner.pk, given=True)
    take_away(monkeypatch)
    with pytest.raises(CommandError, match="could not fetch"):
        export(tmp_path)
    monkeypatch.undo()
    export(tmp_path)
    assert len(manifest(tmp_path)) == 1


def test_training_prepares_what_was_exported(
    said: Said, owner: User, stranger: User, tmp_path: Path
) -> None:
    from training.cli import main
    from training.data.labelled import read_dataset

    TrainingSplit.objects.create(owner=stranger, held_out=True)
    TrainingSplit.objects.create(owner=owner, held_out=False)
    for seed in range(20):
        style, user = "boho" if seed % 2 else "casual", stranger if seed < 10 else owner
        record_consent(user.pk, given=True)
        record_review(said(seed, user=user), user.pk, Review.Role.OWNER, style)
    export(tmp_path / "history")
    taxonomy = {
        "id": "two",
        "styles": [{"id": each, "names": {"en": each}} for each in ("boho", "casual")],
    }
    (tmp_path / "two.json").write_text(json.dumps(taxonomy))
    code = main(
        [
            "prepare",
            f"--photos={tmp_path / 'history'}",
            f"--taxonomy={tmp_path / 'two.json'}",
            f"--output={tmp_path / 'dataset'}",
        ]
    )
    assert code == 0
    photos = read_dataset(tmp_path / "dataset").photos
    assert len(photos) == 20
    assert {photo.source for photo in photos} == {"history"}
    assert sum(photo.style == "boho" for photo in photos) == 10
    assert {(photo.split, photo.weight) for photo in photos} == {("train", 0.75), ("val", 0.75)}
