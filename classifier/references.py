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


def reference_of(release: Release) -> Reference | None:
    """The release's reference; None for a bundle that has none, or whose file is not its own.

    Once a process. Raises StorageUnavailable.
    """
    return _reference(release.bundle_key, release.sha256)


@lru_cache(maxsize=4)
def _reference(bundle_key: str, sha256: str) -> Reference | None:
    try:
        sums = objects.get(f"{bundle_key}{SUMS}")
        data = objects.get(f"{bundle_key}{REFERENCE}")
    except ObjectMissing:
        return None
    listed = f"{hashlib.sha256(data).hexdigest()}  {REFERENCE}"
    if hashlib.sha256(sums).hexdigest() != sha256 or listed not in sums.decode().splitlines():
        log.error("reference_changed", bundle=bundle_key)
        return None
    try:
        return read_reference(data)
    except DamagedReference as error:
        log.error("reference_unusable", bundle=bundle_key, error=str(error))
        return None
