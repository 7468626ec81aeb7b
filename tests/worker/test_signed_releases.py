"""Whose signature a bundle has, wherever it is looked at."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from classifier.models import Release
from classifier.releases.lifecycle import promote
from classifier.releases.refusals import ReleaseRefused
from classifier.storage import objects
from inference.bundle import BundleError, load_bundle, write_sums
from inference.signatures import key_id, make_keys, sign
from tests.conftest import STARTER
from worker.releases import fetch_bundle, register, register_starter


@pytest.fixture
def key(tmp_path: Path, settings: Any) -> Path:
    """A secret key without a password, whose public one the site knows; unsigned is refused."""
    path = tmp_path / "fasi.key"
    settings.FASI_RELEASE_KEYS = [make_keys(path, "")]
    settings.FASI_UNSIGNED_RELEASES = False
    return path


def test_a_signed_bundle_is_known_by_its_key(
    site: None, another: Callable[..., Path], key: Path, settings: Any, empty_cache: Path
) -> None:
    folder = another()
    sign(load_bundle(folder), key, "")
    release = register(folder, "own")
    assert release.signed_by == key_id(settings.FASI_RELEASE_KEYS[0])
    assert fetch_bundle(release).sha256 == release.sha256


def test_an_unsigned_bundle_is_refused_and_taken_once_it_is_signed(
    release: Release, another: Callable[..., Path], key: Path
) -> None:
    folder = another()
    with pytest.raises(BundleError, match="is not signed"):
        register(folder, "own")
    sign(load_bundle(folder), key, "")
    promote(register(folder, "own"))
    assert Release.objects.get(name="own").status == "active"


def test_a_bundle_that_was_registered_without_a_signature_gains_one(
    site: None, another: Callable[..., Path], key: Path, settings: Any, empty_cache: Path
) -> None:
    folder = another()
    settings.FASI_UNSIGNED_RELEASES = True
    release = register(folder, "own")
    large = fetch_bundle(release).path / "style.bin"  # a worker has it without the signature
    fetched = large.stat().st_mtime_ns
    settings.FASI_UNSIGNED_RELEASES = False
    with pytest.raises(ReleaseRefused, match="own is not signed"):
        promote(release)
    sign(load_bundle(folder), key, "")
    promote(register(folder, "own"))
    assert fetch_bundle(release).sha256 == release.sha256
    assert large.stat().st_mtime_ns == fetched, "only the signature was fetched"


def test_a_forged_signature_is_refused_wherever_unsigned_ones_are_taken(
    site: None, another: Callable[..., Path], key: Path, settings: Any
) -> None:
    settings.FASI_UNSIGNED_RELEASES = True
    folder = another()
    sign(load_bundle(folder), key, "")
    (folder / "MODEL_CARD.md").write_text("# Forged\n")
    write_sums(folder)
    with pytest.raises(BundleError, match="signed something else"):
        register(folder, "own")
    (folder / "SHA256SUMS.minisig").write_text("untrusted comment: half a sig")
    with pytest.raises(BundleError, match="is no signature"):
        register(folder, "own")


def test_a_worker_looks_at_the_signature_itself(
    site: None, another: Callable[..., Path], key: Path, settings: Any, empty_cache: Path
) -> None:
    """Whoever writes to the bucket and to the rows has no key all the same."""
    folder = another()
    sign(load_bundle(folder), key, "")
    release = register(folder, "own")
    objects.remove([release.bundle_key + "SHA256SUMS.minisig"])
    with pytest.raises(BundleError, match="is not signed"):
        fetch_bundle(release)
    settings.FASI_RELEASE_KEYS = []  # and a key that is taken back opens nothing more
    with pytest.raises(BundleError):
        fetch_bundle(release)


def test_the_starter_of_this_code_needs_no_signature(
    release: Release, key: Path, empty_cache: Path
) -> None:
    assert register_starter(STARTER) == release
    assert fetch_bundle(release).sha256 == release.sha256
