"""The end of a retraining: its bundle becomes a candidate, for whoever still has the lease."""

import json
import shutil
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from django.db.models.functions import Now

from classifier.leases import Lease
from classifier.models import Release, Retraining
from classifier.retraining import queue
from classifier.storage import objects
from inference.signatures import make_keys
from tests.support.probed_bundle import renew
from worker.retraining.run import retrain
from worker.retraining.workspace import workspace


@pytest.fixture
def trained(
    release: Release, another: Callable[..., Path], settings: Any, tmp_path: Path
) -> Lease[Retraining]:
    """A retraining of which all is done but the last phase."""
    settings.DATA_DIR = tmp_path / "data"
    settings.FASI_RETRAIN_FREE_MB = 1
    Retraining.objects.create(phase="compare")
    lease = queue.claim("w")
    assert lease is not None
    figures = {"top1": 0.9, "top3": 1.0, "macro_recall": 0.9, "ece": 0.02}
    with workspace(lease.row.pk) as space:
        shutil.copytree(another(), space.bundle)
        renew(space.bundle, card=f"# {lease.row.pk}")  # the bucket has no file of it yet
        for folder in (space.history / "others", space.dataset, space.run):
            folder.mkdir(parents=True)
        (space.history / "others" / "manifest.csv").touch()
        (space.dataset / "dataset.csv").touch()
        (space.run / "predictions.npz").touch()
        space.taxonomy.write_text("{}")
        space.comparison.write_text("{}")
        (space.run / "evaluation.json").write_text(json.dumps({"model": figures}))
        summary: dict[str, Any] = {"photos": {}, "sources": {}, "styles": {}, "dropped": {}}
        (space.dataset / "summary.json").write_text(json.dumps(summary))
    return lease


@pytest.fixture
def stored(monkeypatch: pytest.MonkeyPatch) -> list[Callable[[], object]]:
    """What is called before each file of a bundle goes into the bucket."""
    before: list[Callable[[], object]] = []
    put_file = objects.put_file

    def put(*arguments: Any) -> None:
        for each in before:
            each()
        put_file(*arguments)

    monkeypatch.setattr(objects, "put_file", put)
    return before


def test_the_lease_is_renewed_for_each_file_that_is_stored(
    trained: Lease[Retraining], stored: list[Callable[[], object]], settings: Any, tmp_path: Path
) -> None:
    secret = tmp_path / "fasi.key"
    settings.FASI_RELEASE_KEYS = [make_keys(secret, "")]
    settings.FASI_RETRAIN_KEY, settings.FASI_RELEASE_KEY_PASSWORD = str(secret), ""
    settings.FASI_UNSIGNED_RELEASES = False
    leases: list[datetime] = []

    def note() -> None:
        until = Retraining.objects.get().lease_until
        assert until is not None
        leases.append(until)

    stored.append(note)
    retrain(trained)
    row = Retraining.objects.get()
    assert (row.status, row.error_text) == ("done", "")
    assert row.release is not None
    assert row.release.signed_by
    assert len(leases) >= 8, "as many files has a bundle"
    assert leases == sorted(set(leases))


def test_whoever_loses_the_lease_while_files_are_stored_registers_nothing(
    trained: Lease[Retraining], stored: list[Callable[[], object]], release: Release
) -> None:
    def lose() -> None:
        Retraining.objects.filter(claimed_by="w").update(lease_until=Now())
        queue.return_expired()

    stored.append(lose)
    retrain(trained)
    assert Release.objects.get() == release
    assert Retraining.objects.get().status == "queued"
