"""What a release has seen in training, for workers: see `inference.reference`. Needs numpy."""

import hashlib
from functools import lru_cache

import structlog

from classifier.models import Release
from classifier.storage import objects
from classifier.storage.objects import ObjectMissing
from inference.bundle import SUMS
from inference.reference import REFERENCE, DamagedReference, Reference, read_reference

log = structlog.get_logger(__name__)


class _NoReference(Exception):
    """There is no reference, now: somebody may store it yet."""


def reference_of(release: Release) -> Reference | None:
    """The release's reference; None for a bundle that has none, or whose file is not its own.

    One that was found is kept for the process. Raises StorageUnavailable.
    """
    try:
        return _reference(release.bundle_key, release.sha256)
    except _NoReference:
        return None


@lru_cache(maxsize=4)
def _reference(bundle_key: str, sha256: str) -> Reference:
    try:
        sums = objects.get(f"{bundle_key}{SUMS}")
        data = objects.get(f"{bundle_key}{REFERENCE}")
    except ObjectMissing as error:
        raise _NoReference from error
    listed = f"{hashlib.sha256(data).hexdigest()}  {REFERENCE}"
    if hashlib.sha256(sums).hexdigest() != sha256 or listed not in sums.decode().splitlines():
        log.error("reference_changed", bundle=bundle_key)
        raise _NoReference
    try:
        return read_reference(data)
    except DamagedReference as error:
        log.error("reference_unusable", bundle=bundle_key, error=str(error))
        raise _NoReference from error
