"""From a listing to what people see: crawled, trained, exported, served."""

import json
import subprocess
import sys
from io import BytesIO
from pathlib import Path

import pytest
from django.contrib.auth.models import User
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from PIL import Image

from classifier.releases.lifecycle import promote
from classifier.uploads.accept import accept_photo
from tests.crawler.conftest import Crawl
from tests.support.crawl_site import Site
from tests.support.crawling import ROOT
from tests.support.images import draw_outfit
from tests.training.drawn import TAXONOMY
from tests.training.small_run import QUICK, save_small_backbone
from worker.classification import work
from worker.releases import register

COLOURS = {"01": "orangered", "02": "navy"}


def photo_of(style: str, seed: int) -> bytes:
    """A drawn outfit in the colours of a style."""
    drawn = draw_outfit(seed, (160, 240))
    out = BytesIO()
    tint = Image.new("RGB", drawn.size, COLOURS[style])
    Image.blend(drawn, tint, 0.6).save(out, "JPEG")
    return out.getvalue()


def test_what_was_crawled_is_served(
    street: Site, crawl: Crawl, tmp_path: Path, owner: User, as_owner: Client
) -> None:
    pytest.importorskip("nncf", reason="needs requirements/training.txt")
    for style in COLOURS:
        for seed in range(20):
            street.add(style, f"{seed}.jpg", photo_of(style, seed))
    assert crawl().returncode == 0

    (tmp_path / "tiny.json").write_text(json.dumps(TAXONOMY))
    save_small_backbone(tmp_path / "small.keras")
    changes = (
        f"start.weights={tmp_path / 'small.keras'}",
        *QUICK,
        "tune.epochs=0",
        "export.calibration_photos=8",
        "gate.layers=[]",  # the small backbone has none of the starter's
    )
    trained = subprocess.run(
        [
            *(sys.executable, "-m", "training", f"--work={tmp_path / 'work'}", "all"),
            *(f"--photos={tmp_path / 'snaps'}", f"--output={tmp_path / 'bundle'}"),
            *(f"--taxonomy={tmp_path / 'tiny.json'}", "--twin-distance=0", "--name=tiny"),
            *(f"--set={change}" for change in changes),
        ],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert trained.returncode == 0, trained.stderr[-3000:]

    promote(register(tmp_path / "bundle", "crawled"))
    outfits = {
        name: accept_photo(owner.pk, SimpleUploadedFile("new.jpg", photo_of(style, 99))).outfit
        for style, name in (("01", "warm"), ("02", "cold"))
    }
    work(budget_s=60)
    for name, outfit in outfits.items():
        assert outfit.predictions.get().style == name
        assert name.capitalize() in as_owner.get(f"/outfits/{outfit.pk}/").content.decode()
