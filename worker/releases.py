"""Releases and their bundles: register a folder, activate it, fetch it where a worker runs.

A bundle travels through the bucket, so a worker on any host needs the settings and nothing else.
"""

import shutil
import tempfile
from pathlib import Path

import structlog
from django.conf import settings
from django.db import transaction

from classifier.audit import Action, record
from classifier.models import Release
from classifier.storage import objects
from inference.bundle import Bundle, BundleError, load_bundle

log = structlog.get_logger(__name__)

STARTER = "starter"


def register(folder: Path, name: str) -> Release:
    """Put the bundle's files in the bucket and record it as a candidate.

    A bundle that is known already is not registered twice. Raises BundleError,
    objects.StorageUnavailable.
    """
    bundle = load_bundle(folder)
    if known := Release.objects.filter(sha256=bundle.sha256).first():
        return known
    if Release.objects.filter(name=name).exists():
        raise BundleError(f"Another release is called {name}; pick a name of its own with --name.")
    key = f"{objects.BUNDLES}{bundle.sha256}/"
    stored = {stored_key for stored_key, _changed in objects.listing(key)}
    for file in sorted(bundle.path.glob("[!.]*")):  # what load_bundle has verified
        if key + file.name not in stored:
            with file.open("rb") as content:
                objects.put_file(key + file.name, content, "application/octet-stream")
    release = Release.objects.create(
        name=name,
        bundle_key=key,
        sha256=bundle.sha256,
        taxonomy=bundle.taxonomy.to_dict(),
        metrics=dict(bundle.metrics),
    )
    record(Action.RELEASE_REGISTERED, release=name, sha256=bundle.sha256)
    log.info("release_registered", release=name, sha256=bundle.sha256)
    return release


def register_starter(folder: Path) -> Release:
    """Register the bundle that ships with the repository, and activate it unless another serves."""
    sha256 = load_bundle(folder).sha256
    release = register(folder, f"{STARTER}-{sha256[:8]}")
    active = Release.objects.filter(status=Release.Status.ACTIVE).first()
    if active is None or active.name.startswith(STARTER):
        activate(release)
    return release


def activate(release: Release) -> None:
    """Make this release the one that workers load; the one before it retires."""
    with transaction.atomic():
        active = Release.objects.select_for_update().filter(status=Release.Status.ACTIVE)
        if active.filter(pk=release.pk).exists():
            return
        active.update(status=Release.Status.RETIRED)
        Release.objects.filter(pk=release.pk).update(status=Release.Status.ACTIVE)
        record(Action.RELEASE_ACTIVATED, release=release.name, sha256=release.sha256)
    log.info("release_activated", release=release.name)


def fetch_bundle(release: Release) -> Bundle:
    """The release's bundle, from the local cache or the bucket; its sums are checked either way.

    Raises BundleError, objects.StorageUnavailable, objects.ObjectMissing.
    """
    cached = settings.DATA_DIR / "bundles" / release.sha256
    if cached.is_dir():
        try:
            return _checked(cached, release)
        except BundleError as error:
            log.warning("cached_bundle_broken", path=str(cached), error=str(error))
            shutil.rmtree(cached, ignore_errors=True)
    cached.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="fetch-", dir=cached.parent) as work:
        folder = Path(work) / "bundle"
        folder.mkdir()
        for key, _changed in objects.listing(release.bundle_key):
            with (folder / key.rsplit("/", 1)[-1]).open("wb") as file:
                objects.get_file(key, file)
        _checked(folder, release)
        try:
            folder.rename(cached)
        except OSError:  # another process of this host was first, with the same bytes
            log.debug("bundle_cached_already", path=str(cached))
    return _checked(cached, release)


def _checked(folder: Path, release: Release) -> Bundle:
    bundle = load_bundle(folder)
    if bundle.sha256 != release.sha256:
        raise BundleError(f"{folder} is not the bundle of release {release.name}.")
    return bundle
