"""`manage.py catalogue`: from a folder to items that are searched, whatever lies in the folder."""

import csv
from datetime import timedelta
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.core.management import CommandError, call_command
from django.db import IntegrityError, transaction
from django.test import Client

from classifier.catalogue_items.account import NAME
from classifier.catalogue_items.indexing import index_catalogue
from classifier.drift.counting import sums_of
from classifier.lifecycle.claims import claim_outfits
from classifier.models import AuditEntry, CatalogueItem, CatalogueVector, Outfit, Release
from tests.support.bucket import all_user_keys, take_away
from tests.support.catalogue import add_items
from tests.support.factories import add_prediction, another_release
from tests.support.images import outfit_jpeg
from worker.classification import work
from worker.jobs.maintenance import run_maintenance

ROWS = [
    {"path": "coat.jpg", "title": "Wool coat", "link": "https://shop.example.org/1", "style": ""},
    {"path": "hat.jpg", "title": "", "link": "", "style": "streetwear"},
]


def folder_with(tmp_path: Path, rows: list[dict[str, str]] | None = None) -> Path:
    for seed, name in enumerate(("coat.jpg", "hat.jpg")):
        (tmp_path / name).write_bytes(outfit_jpeg(seed))
    if rows is not None:
        with (tmp_path / "manifest.csv").open("w", newline="") as file:
            table = csv.DictWriter(file, ["path", "title", "link", "style", "more"])
            table.writeheader()
            table.writerows(rows)
    return tmp_path


def catalogue(*arguments: str | Path) -> tuple[str, str]:
    out, err = StringIO(), StringIO()
    call_command("catalogue", *map(str, arguments), stdout=out, stderr=err)
    return out.getvalue(), err.getvalue()


def test_what_is_imported_is_classified_behind_people_and_searched(
    tmp_path: Path, release: Release, make_outfit: Any, as_staff: Client
) -> None:
    told, _ = catalogue("import", folder_with(tmp_path, ROWS))
    assert told.startswith("2 added, 0 there already, 0 left out")
    mine = make_outfit(9)
    (first, *_) = claim_outfits("w", 1)
    assert first.outfit_id == mine.pk, "a person's photo goes first"
    work(budget_s=30)
    run_maintenance()
    coat, hat = CatalogueItem.objects.order_by("title")
    assert (coat.title, coat.link) == ("Wool coat", "https://shop.example.org/1")
    assert (hat.title, hat.style) == ("hat", "streetwear")
    vectors = {each.item_id: each for each in CatalogueVector.objects.all()}
    assert vectors[hat.pk].style == "streetwear"
    assert vectors[coat.pk].style == coat.outfit.predictions.get().style
    assert "2 items: 2 are searched, 0 wait" in catalogue("status")[0]
    assert AuditEntry.objects.filter(action="catalogue_added", details={"items": 2}).exists()


def test_a_second_import_changes_words_and_adds_nothing(tmp_path: Path, release: Release) -> None:
    catalogue("import", folder_with(tmp_path, ROWS))
    work(budget_s=30)
    index_catalogue(10)
    again = [ROWS[0] | {"title": "Another name"}, ROWS[1] | {"style": "boho"}]
    told, _ = catalogue("import", folder_with(tmp_path, again))
    assert told.startswith("0 added, 2 there already")
    index_catalogue(10)
    assert set(CatalogueItem.objects.values_list("title", flat=True)) == {"Another name", "hat"}
    assert CatalogueVector.objects.get(item__title="hat").style == "boho"
    assert Outfit.objects.count() == 2


def test_two_lines_with_one_photo_are_one_item(tmp_path: Path, release: Release) -> None:
    rows = [ROWS[0], ROWS[0] | {"title": "The same again"}]
    told, _ = catalogue("import", folder_with(tmp_path, rows))
    assert told.startswith("1 added, 1 there already")


def test_a_folder_without_a_manifest_is_its_photos(tmp_path: Path, release: Release) -> None:
    folder_with(tmp_path)
    (tmp_path / "more").mkdir()
    (tmp_path / "more" / "long_red-dress.jpg").write_bytes(outfit_jpeg(3))
    (tmp_path / "notes.txt").write_text("no photo")
    assert catalogue("import", tmp_path)[0].startswith("3 added")
    assert CatalogueItem.objects.filter(title="long red dress").exists()


@pytest.mark.parametrize(
    ("change", "why"),
    [
        ({"path": "../outside.jpg"}, "outside the folder"),
        ({"path": "/etc/hostname"}, "outside the folder"),
        ({"path": ""}, "outside the folder"),
        ({"path": "nobody.jpg"}, "no such file"),
        ({"path": "x" * 5000}, "no"),
        ({"link": "javascript:alert(1)"}, "link: a link begins"),
        ({"link": " JavaScript:alert(1)"}, "link: a link begins"),
        ({"link": "java\tscript:alert(1)"}, "link: a link begins"),
        ({"link": "data:text/html,x"}, "link: a link begins"),
        ({"link": "//shop.example.org/"}, "link: a link begins"),
        ({"link": "https://good.example@evil.example/"}, "link: a link begins"),
        ({"link": "https://good.example\\@evil.example/"}, "link: a link begins"),
        ({"link": "https://[::1/"}, "link: a link begins"),
        ({"link": "https://x.example/" + "y" * 2000}, "link: a link has at most"),
        ({"title": "x" * 201}, "title: a title has at most"),
        ({"title": "two\nlines"}, "title: a title of one line"),
        ({"style": "no-such-style"}, "style: no release knows"),
    ],
)
def test_a_line_that_cannot_be_taken_is_told_and_the_others_go_on(
    change: dict[str, str], why: str, tmp_path: Path, release: Release
) -> None:
    (tmp_path / "outside.jpg").write_bytes(outfit_jpeg(5))
    folder = tmp_path / "folder"
    folder.mkdir()
    told, wrong = catalogue("import", folder_with(folder, [ROWS[0] | change, ROWS[1]]))
    assert told.startswith("1 added, 0 there already, 1 left out")
    assert why in wrong
    assert CatalogueItem.objects.get().title == "hat"


def test_broken_and_huge_files_are_left_out(tmp_path: Path, release: Release) -> None:
    folder_with(tmp_path)
    whole = outfit_jpeg(4)
    (tmp_path / "cut.jpg").write_bytes(whole[: len(whole) // 2])
    (tmp_path / "text.jpg").write_text("no photo at all")
    (tmp_path / "empty.jpg").touch()
    with (tmp_path / "huge.jpg").open("wb") as file:
        file.write(whole)
        file.truncate(50 * 2**20)
    told, wrong = catalogue("import", tmp_path)
    assert told.startswith("2 added, 0 there already, 4 left out")
    for name, reason in (("huge", "too_large"), ("text", "not_an_image"), ("empty", "empty")):
        assert f"{name}.jpg: {reason}" in wrong
    assert len(all_user_keys()) == 4, "what was left out leaves no object"


@pytest.mark.parametrize(
    "content", [b"title,link\nx,y\n", b"path\n\xff\xfe.jpg\n", b'path\n"coat.jpg\n', b""]
)
def test_a_manifest_that_is_none_is_refused(
    content: bytes, tmp_path: Path, release: Release
) -> None:
    folder_with(tmp_path)
    (tmp_path / "manifest.csv").write_bytes(content)
    with pytest.raises(CommandError):
        catalogue("import", tmp_path)
    assert not CatalogueItem.objects.exists()


def test_without_the_photo_store_the_import_stops_and_leaves_nothing(
    tmp_path: Path, release: Release
) -> None:
    folder = folder_with(tmp_path, ROWS)
    with pytest.MonkeyPatch.context() as patch:
        take_away(patch)
        with pytest.raises(CommandError, match="Run it again"):
            catalogue("import", folder)
    assert not Outfit.objects.exists()


def test_quotas_do_not_count_the_catalogue(tmp_path: Path, release: Release, settings: Any) -> None:
    settings.FASI_UPLOADS_PER_DAY = settings.FASI_STORED_BYTES = 1
    assert catalogue("import", folder_with(tmp_path, ROWS))[0].startswith("2 added")


def test_what_shows_no_outfit_is_never_searched(release: Release) -> None:
    (item,) = add_items(release, "casual")
    assert CatalogueVector.objects.count() == 1
    add_prediction(item.outfit, another_release(release), "casual", kind="none")
    index_catalogue(10)
    assert not CatalogueVector.objects.exists()
    assert "1 show no outfit" in catalogue("status")[0]


def test_only_the_active_release_is_searched(release: Release) -> None:
    (item,) = add_items(release, "casual")
    other = another_release(release)
    Release.objects.filter(pk=release.pk).update(status=Release.Status.RETIRED)
    Release.objects.filter(pk=other.pk).update(status=Release.Status.ACTIVE)
    index_catalogue(10)
    assert not CatalogueVector.objects.exists(), "what it has not seen is not compared"
    add_prediction(item.outfit, other, "boho")
    assert index_catalogue(10) == 1
    vector = CatalogueVector.objects.get()
    assert (vector.release, vector.style) == (other, "boho")
    assert index_catalogue(10) == 0


def test_removed_items_leave_nothing(tmp_path: Path, release: Release) -> None:
    catalogue("import", folder_with(tmp_path, ROWS))
    work(budget_s=30)
    index_catalogue(10)
    ids = [str(each) for each in CatalogueItem.objects.values_list("pk", flat=True)]
    assert all(each in catalogue("list")[0] for each in ids)
    assert catalogue("remove", *ids)[0] == "2 removed.\n"
    assert not CatalogueVector.objects.exists()
    assert not Outfit.objects.exists()
    assert not all_user_keys()
    with pytest.raises(CommandError):
        catalogue("remove", "7")


def test_nobody_signs_in_or_up_as_the_catalogue(release: Release) -> None:
    add_items(release, "casual")
    account = User.objects.get(username=NAME)
    assert not account.is_active
    assert not account.has_usable_password()
    client = Client()
    form = {"username": NAME, "email": "a@example.org", "password1": "long enough, surely"}
    client.post("/accounts/signup/", form)
    assert User.objects.filter(username=NAME).count() == 1


def test_the_database_refuses_links_that_browsers_run(release: Release) -> None:
    (item,) = add_items(release, "casual")
    with pytest.raises(IntegrityError), transaction.atomic():
        CatalogueItem.objects.filter(pk=item.pk).update(link="javascript:alert(1)")


def test_the_traffic_of_people_is_without_the_catalogue(tmp_path: Path, release: Release) -> None:
    catalogue("import", folder_with(tmp_path, ROWS))
    work(budget_s=30)
    outfit = Outfit.objects.first()
    assert outfit
    assert not _sources(release, outfit)
    Outfit.objects.update(source=Outfit.Source.FOLDER)
    assert _sources(release, outfit) == {"folder"}


def _sources(release: Release, outfit: Outfit) -> set[str]:
    day = outfit.created.date()
    return set(sums_of(release, day - timedelta(days=day.weekday())))
