"""`manage.py export_training`: what comes into the folder, what goes; and training reads it."""

import csv
import json
from collections.abc import Callable
from io import StringIO
from pathlib import Path

import pytest
from django.contrib.auth.models import User
from django.core.files.base import ContentFile
from django.core.management import CommandError, call_command

from classifier.lifecycle.removal import remove_outfit
from classifier.models import Outfit, Prediction, Release, Review
from classifier.personal_data.consents import record_consent
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


def export(folder: Path) -> str:
    out = StringIO()
    call_command("export_training", str(folder), stdout=out)
    return out.getvalue()


def manifest(folder: Path) -> dict[str, str]:
    """Style by the name of the outfit; checks that the files are those, and no more."""
    with (folder / "manifest.csv").open(newline="") as file:
        rows = list(csv.DictReader(file))
    assert {row["path"] for row in rows} == {f"photos/{p.name}" for p in folder.glob("photos/*")}
    return {Path(row["path"]).stem: row["style"] for row in rows}


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
    said: Said, owner: User, staff: User, tmp_path: Path
) -> None:
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
    assert manifest(tmp_path)[str(landscape.outfit_id)] == "casual", "staff's word comes first"
    assert list((tmp_path / "others" / "photos").iterdir()) == []


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


def test_training_prepares_what_was_exported(said: Said, owner: User, tmp_path: Path) -> None:
    from training.cli import main
    from training.data.labelled import read_dataset

    record_consent(owner.pk, given=True)
    for seed in range(20):
        style = "boho" if seed % 2 else "casual"
        record_review(said(seed), owner.pk, Review.Role.OWNER, style)
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
            "--val-share=0.5",
        ]
    )
    assert code == 0
    photos = read_dataset(tmp_path / "dataset").photos
    assert len(photos) == 20
    assert {photo.source for photo in photos} == {"history"}
    assert sum(photo.style == "boho" for photo in photos) == 10
