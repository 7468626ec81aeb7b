"""Releases and their bundles: register a folder, fetch one where a worker runs.

A bundle travels through the bucket, so a worker on any host needs the settings and nothing else.
Nothing of it is used before its sums, its signature and its probe have been looked at, by whoever
registers it and by every worker that loads it: neither the bucket nor the row is taken at its word.
"""

import fcntl
import re
import shutil
import tempfile
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import structlog
from django.conf import settings
from django.db import transaction

from classifier.audit import Action, record
from classifier.models import Release
from classifier.releases.lifecycle import promote
from classifier.releases.refusals import STARTER, check_age, check_styles, shipped_sha256
from classifier.storage import objects
from inference.bundle import SIGNATURE, Bundle, BundleError, load_bundle, sums_digest
from inference.engine import Engine, load_engine
from inference.probe import check_probe, read_probe
from inference.signatures import Unsigned, signer_of

log = structlog.get_logger(__name__)

ABANDONED_S = 3600
"""A fetch that did not end within this was killed."""
_FETCH = "fetch-"
_NAME = re.compile(r"[^\W_][\w.+ -]{0,99}")
KEPT = 4
"""Bundles that stay on a worker's disk: the one that serves, and those to go back to."""


def register(
    folder: Path,
    name: str,
    *,
    allow_older: bool = False,
    without_gate: bool = False,
    on_step: Callable[[], object] = lambda: None,
) -> Release:
    """Verify the bundle, put its files in the bucket and record it as a candidate.

    Verified are sums, signature, age, styles, gate, and with the engine of FASI_ENGINE the probe.
    `allow_older` takes one that is older than another of its taxonomy, or of the first format,
    which has no probe; `without_gate` one that has no gate where the active release has one. One
    that is known already is not registered twice; a signature that it has gained, and what is
    missing in the bucket, is stored. `on_step` is called now and then, last right before the
    release is recorded, and may raise to stop it.

    Raises BundleError, ReleaseRefused, EngineError, ProbeFailed, KeyRefused,
    objects.StorageUnavailable.
    """
    if not _NAME.fullmatch(name):
        raise BundleError(f"{name!r} is no name of a release: letters, digits, . - + _ and spaces.")
    bundle = load_bundle(folder)
    signed_by = trusted(bundle)
    if known := Release.objects.filter(sha256=bundle.sha256).first():
        _store(bundle, on_step)
        if signed_by and known.signed_by != signed_by:
            Release.objects.filter(pk=known.pk).update(signed_by=signed_by)
            known.signed_by = signed_by
        return known
    if Release.objects.filter(name=name).exists():
        raise BundleError(f"Another release is called {name}; pick a name of its own with --name.")
    if not allow_older:
        check_age(name, bundle.taxonomy, bundle.made)
    check_styles(name, bundle.taxonomy)
    if bundle.calibration.gate is None and not without_gate:
        _check_no_gate_serves(name)
    if bundle.format and bundle.sha256 != shipped_sha256():
        on_step()
        probed_engine(bundle)
    _store(bundle, on_step)
    with transaction.atomic():
        release = Release.objects.create(
            name=name,
            bundle_key=_prefix(bundle),
            sha256=bundle.sha256,
            taxonomy=bundle.taxonomy.to_dict(),
            metrics=dict(bundle.metrics),
            made=bundle.made,
            signed_by=signed_by,
        )
        record(Action.RELEASE_REGISTERED, release=name, sha256=bundle.sha256, signed_by=signed_by)
    log.info("release_registered", release=name, sha256=bundle.sha256)
    return release


def register_starter(folder: Path = STARTER) -> Release:
    """Register the bundle that ships with this code; promote it where none or an older one serves.

    One that has served before stays what people made of it: somebody may have rolled back from it.
    It needs no signature: whoever can change it can change the code. Nor may it be too old: it is
    the one that belongs to this code. Its probe is left to the workers: the site needs no engine.
    """
    release = register(folder, _starter_name(sums_digest(folder)), allow_older=True)
    active = Release.objects.filter(status=Release.Status.ACTIVE).first()
    older = active is not None and active.name == _starter_name(active.sha256)
    if active is None or (older and not release.activations.exists()):
        promote(release)
    return release


def _check_no_gate_serves(name: str) -> None:
    """Raise BundleError where the active release knows photos without an outfit: this one does not.

    It would call a landscape an outfit and be sure of its style.
    """
    active = Release.objects.filter(status=Release.Status.ACTIVE).only("name", "metrics").first()
    if active is not None and "gate" in active.metrics:
        raise BundleError(
            f"{name} has no gate, and {active.name} has one: every photo would be an outfit."
            " --without-gate takes it all the same."
        )


def _starter_name(sha256: str) -> str:
    return f"{STARTER.name}-{sha256[:8]}"


def trusted(bundle: Bundle) -> str:
    """The id of the key that signed the bundle, empty for one that needs no signature.

    Raises Unsigned, BundleError for a signature that is wrong, KeyRefused.
    """
    try:
        return signer_of(bundle, settings.FASI_RELEASE_KEYS)
    except Unsigned:
        if settings.FASI_UNSIGNED_RELEASES or bundle.sha256 == shipped_sha256():
            return ""
        raise


def probed_engine(bundle: Bundle) -> Engine:
    """The engine of FASI_ENGINE with this bundle, tried on its probe if it has one.

    Raises BundleError, EngineError, ProbeFailed.
    """
    engine = load_engine(settings.FASI_ENGINE, bundle)
    if bundle.format:
        check_probe(engine, read_probe(bundle))
    return engine


def fetch_bundle(release: Release) -> Bundle:
    """The release's bundle, from the local cache or the bucket; verified either way.

    One process of a host fetches at a time; the others find what it fetched.

    Raises BundleError, KeyRefused, objects.StorageUnavailable, objects.ObjectMissing.
    """
    cached = settings.DATA_DIR / "bundles" / release.sha256
    try:
        return _checked(cached, release)
    except BundleError:
        cached.parent.mkdir(parents=True, exist_ok=True)
    with (settings.DATA_DIR / "bundles.lock").open("wb") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)  # a process that is killed lets go of it
        if cached.is_dir():
            try:
                return _checked(cached, release)
            except Unsigned:
                _fetch_signature(cached, release)
                return _checked(cached, release)
            except BundleError as error:
                log.warning("cached_bundle_broken", path=str(cached), error=str(error))
                shutil.rmtree(cached, ignore_errors=True)
        _fetch(cached, release)
    _tidy(cached.parent)
    return _checked(cached, release)


def _fetch(cached: Path, release: Release) -> None:
    with tempfile.TemporaryDirectory(prefix=_FETCH, dir=cached.parent) as work:
        folder = Path(work) / "bundle"
        folder.mkdir()
        for key, _changed in objects.listing(release.bundle_key):
            with (folder / key.rsplit("/", 1)[-1]).open("wb") as file:
                objects.get_file(key, file)
        _checked(folder, release)
        folder.rename(cached)


def _fetch_signature(cached: Path, release: Release) -> None:
    """A bundle that was not signed may have been signed since; its other files stay as they are."""
    with (
        suppress(objects.ObjectMissing),
        tempfile.TemporaryDirectory(prefix=_FETCH, dir=cached.parent) as work,
    ):
        signature = Path(work) / SIGNATURE
        with signature.open("wb") as file:
            objects.get_file(release.bundle_key + SIGNATURE, file)
        signature.replace(cached / SIGNATURE)


def _checked(folder: Path, release: Release) -> Bundle:
    bundle = load_bundle(folder)
    if bundle.sha256 != release.sha256:
        raise BundleError(f"{folder} is not the bundle of release {release.name}.")
    trusted(bundle)
    folder.touch()  # used last now
    return bundle


def _tidy(bundles: Path) -> None:
    """Remove what killed fetches left behind, and bundles that have not been used for longest."""
    ready = []
    for folder in bundles.iterdir():
        try:
            used = folder.stat().st_mtime
        except OSError:  # another process tidies too
            continue
        if not folder.name.startswith(_FETCH):
            ready.append((used, folder))
        elif used < time.time() - ABANDONED_S:
            shutil.rmtree(folder, ignore_errors=True)
    for _used, folder in sorted(ready, reverse=True)[KEPT:]:
        shutil.rmtree(folder, ignore_errors=True)


def _prefix(bundle: Bundle) -> str:
    return f"{objects.BUNDLES}{bundle.sha256}/"


def _store(bundle: Bundle, on_step: Callable[[], object]) -> None:
    """Put the files that load_bundle has verified into the bucket, where they are not there yet."""
    on_step()
    prefix = _prefix(bundle)
    stored = {key for key, _changed in objects.listing(prefix)}
    for file in sorted(bundle.path.glob("[!.]*")):
        key = prefix + file.name
        if key not in stored or file.name == SIGNATURE:
            with file.open("rb") as content:
                objects.put_file(key, content, "application/octet-stream")
            on_step()
