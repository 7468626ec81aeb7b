"""Registering and fetching bundles, and what is refused."""

import json
import os
import time
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from classifier.models import AuditEntry, Outfit, Release, Review
from classifier.releases.refusals import ReleaseRefused
from classifier.storage import objects
from inference.bundle import BundleError, load_bundle, write_sums
from inference.probe import ProbeFailed, read_probe, write_probe
from tests.conftest import STARTER
from tests.support.probed_bundle import MADE, renew
from worker.releases import fetch_bundle, register

Copy = Callable[[], Path]


def test_a_bundle_reaches_a_worker_through_the_bucket(release: Release, empty_cache: Path) -> None:
    bundle = fetch_bundle(release)
    assert bundle.path == empty_cache / release.sha256
    assert bundle.sha256 == load_bundle(STARTER).sha256


def test_a_damaged_cache_is_fetched_anew(release: Release, empty_cache: Path) -> None:
    path = fetch_bundle(release).path
    (path / "style.xml").write_text("damaged")
    assert fetch_bundle(release).sha256 == release.sha256


def test_a_damaged_bundle_in_the_bucket_is_refused(release: Release, empty_cache: Path) -> None:
    key = release.bundle_key + "metrics.json"
    good = objects.get(key)
    objects.put(key, b"{}", "application/json")
    try:
        with pytest.raises(BundleError, match=r"metrics\.json"):
            fetch_bundle(release)
    finally:
        objects.put(key, good, "application/json")
    assert not (empty_cache / release.sha256).exists()


def test_what_killed_fetches_left_is_removed_and_bundles_are_not_kept_for_ever(
    release: Release, empty_cache: Path
) -> None:
    long_ago = time.time() - 7200
    abandoned, recent = empty_cache / "fetch-old", empty_cache / "fetch-new"
    old = [empty_cache / f"{number:064}" for number in range(6)]
    for folder in (abandoned, recent, *old):
        folder.mkdir(parents=True)
    for number, folder in enumerate((abandoned, *old)):
        os.utime(folder, (long_ago + number, long_ago + number))
    fetch_bundle(release)
    assert sorted(each.name for each in empty_cache.iterdir()) == sorted(
        [recent.name, release.sha256, *(each.name for each in old[-3:])]
    )


def test_the_same_bundle_is_registered_once(release: Release) -> None:
    assert register(STARTER, "again") == release


def test_what_is_missing_in_the_bucket_is_put_there_by_adding_it_again(
    site: None, another: Callable[..., Path], empty_cache: Path
) -> None:
    folder = another()
    release = register(folder, "own")
    objects.remove([release.bundle_key + "style.xml"])
    with pytest.raises(BundleError, match=r"style\.xml is missing"):
        fetch_bundle(release)
    assert register(folder, "own") == release
    assert fetch_bundle(release).sha256 == release.sha256


def test_a_verified_bundle_becomes_a_candidate(site: None, another: Callable[..., Path]) -> None:
    release = register(another(), "own")
    release.refresh_from_db()
    assert (release.status, release.made, release.signed_by) == ("candidate", MADE, "")
    assert AuditEntry.objects.get(action="release_registered").details["release"] == "own"


def test_a_bundle_that_does_not_pass_its_probe_is_refused(
    release: Release, another: Callable[..., Path]
) -> None:
    folder = another()
    probe = read_probe(load_bundle(folder))
    said = probe.expected["openvino"]
    rolled = np.roll(said.embeddings, 1, axis=0)
    write_probe(folder, type(probe)(probe.images, {"openvino": type(said)(*_with(said, rolled))}))
    write_sums(folder)
    with pytest.raises(ProbeFailed, match="direction of the embedding"):
        register(folder, "own")
    assert Release.objects.get() == release


def _with(said: Any, embeddings: Any) -> tuple[Any, ...]:
    return said.probabilities, embeddings, said.activation_maps, said.gates


def test_an_old_format_needs_a_flag(site: None, another: Callable[..., Path]) -> None:
    folder = another()
    for name in ("release.json", "probe.npz"):
        (folder / name).unlink()
    write_sums(folder)
    with pytest.raises(ReleaseRefused, match="own has an old format, without a probe"):
        register(folder, "own")
    assert register(folder, "own", allow_older=True).made is None


def test_one_that_is_older_than_another_of_its_taxonomy_needs_a_flag(
    site: None, another: Callable[..., Path]
) -> None:
    old = another()
    register(another(later=timedelta(days=1)), "new")
    with pytest.raises(ReleaseRefused, match="old was made 2036-01-01 00:00, before new of the"):
        register(old, "old")
    assert Release.objects.count() == 1
    assert register(old, "old", allow_older=True).name == "old"


def test_one_without_a_gate_needs_a_flag_where_the_active_one_has_one(
    release: Release, another: Callable[..., Path]
) -> None:
    folder = another()
    calibration = json.loads((folder / "calibration.json").read_text())
    del calibration["gate"]
    (folder / "calibration.json").write_text(json.dumps(calibration))
    (folder / "probe.npz").unlink()
    renew(folder)
    with pytest.raises(BundleError, match=r"own has no gate, and starter-.* has one"):
        register(folder, "own")
    assert Release.objects.get() == release
    assert register(folder, "own", without_gate=True).status == "candidate"


def test_other_styles_are_refused_while_there_are_reviews(
    classified: Outfit, release: Release, another: Callable[..., Path]
) -> None:
    Review.objects.create(
        prediction=classified.predictions.get(),
        by=classified.owner,
        role=Review.Role.OWNER,
        verdict=Review.Verdict.RIGHT,
        style=release.styles.ids[0],
    )
    folder = another()
    path = folder / "taxonomy.json"
    path.write_text(path.read_text().replace(f'"{release.styles.ids[1]}"', '"gorpcore"'))
    write_sums(folder)
    with pytest.raises(ReleaseRefused, match=f"lacks {release.styles.ids[1]}, it adds gorpcore"):
        register(folder, "own")


@pytest.mark.parametrize("name", ["", "../up", "a/b", "line\nbreak", "x" * 101])
def test_a_name_is_one_that_an_address_can_hold(
    site: None, another: Callable[..., Path], name: str
) -> None:
    with pytest.raises(BundleError, match="is no name"):
        register(another(), name)
