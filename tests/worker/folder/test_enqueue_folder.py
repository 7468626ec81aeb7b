"""`classify_folder --enqueue`: a folder becomes a batch of the site's queue."""

from pathlib import Path
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.core.management import CommandError, call_command

from classifier.models import Batch, Outfit, Release
from tests.worker.folder.folders import fill
from worker.classification import work

pytestmark = pytest.mark.usefixtures("site")


def enqueue(folder: Path, user: str = "owner") -> None:
    call_command("classify_folder", str(folder), "--enqueue", "--user", user)


def test_a_folder_becomes_a_batch(
    owner: User, release: Release, tmp_path: Path, capsys: Any
) -> None:
    fill(tmp_path, 5, different=4)  # one is there twice
    (tmp_path / "notes.txt").write_text("no photo")
    with pytest.raises(SystemExit) as ended:
        enqueue(tmp_path, owner.username)
    assert ended.value.code == 1, "one was refused"
    said = capsys.readouterr()
    assert "4 queued, 1 known before, 1 refused" in said.out
    assert "notes.txt: not_an_image" in said.err

    batch = Batch.objects.get()
    assert (batch.owner, batch.total) == (owner, 4)
    assert set(Outfit.objects.values_list("batch", "priority")) == {
        (batch.pk, Outfit.Priority.BATCH)
    }
    work(budget_s=60)
    assert set(Outfit.objects.values_list("status", flat=True)) == {"done"}


def test_a_quota_that_is_used_up_stops_it_and_the_same_command_goes_on(
    owner: User, release: Release, tmp_path: Path, settings: Any, capsys: Any
) -> None:
    names = fill(tmp_path, 4)
    settings.FASI_UPLOADS_PER_DAY = 2
    with pytest.raises(SystemExit) as ended:
        enqueue(tmp_path, owner.username)
    assert ended.value.code == 1
    assert "Stopped" in capsys.readouterr().out
    settings.FASI_UPLOADS_PER_DAY = 100
    enqueue(tmp_path, owner.username)
    assert Outfit.objects.count() == len(names)


@pytest.mark.parametrize("user", ["", "nobody"])
def test_somebody_must_own_the_photos(user: str, tmp_path: Path) -> None:
    with pytest.raises(CommandError, match="--user NAME") as refused:
        enqueue(tmp_path, user)
    assert refused.value.returncode == 2
    assert not Batch.objects.exists()
