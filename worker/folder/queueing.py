"""The photos of a folder through the site's queue: a batch, behind whoever waits for one photo."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable
from pathlib import Path

from django.contrib.auth.models import User
from django.core.files.base import File

from classifier.accept import Accepted, accept_photo
from classifier.models import Batch, Outfit
from classifier.refusals import Refusal, Refused
from worker.folder.files import relative


def enqueue(
    paths: Iterable[Path],
    folder: Path,
    owner: User,
    batch: Batch,
    *,
    wardrobe: str = "",
    tell: Callable[[str, Accepted | str], None],
) -> None:
    """Accept each file into `batch`; `tell` learns each path with what came of it.

    Quotas hold as for uploads: a rate that is reached is waited for. Raises Refused where waiting
    does not help and every other file would meet the same: a quota that is used up, or no storage.
    """
    for path in paths:
        name = relative(path, folder)
        try:
            accepted = _accept(path, owner, batch, wardrobe)
        except Refused as refused:
            if refused.reason in _FOR_ALL:
                raise
            tell(name, f"{refused.reason}: {refused.sentence}")
        except OSError as error:
            tell(name, f"unreadable: {error.strerror}.")
        else:
            if not accepted.seen_before:
                batch.add_photos(1)
            tell(name, accepted)


_FOR_ALL = (
    Refusal.DAILY_QUOTA,
    Refusal.STORAGE_QUOTA,
    Refusal.STORAGE_UNAVAILABLE,
    Refusal.UNKNOWN_WARDROBE,
)


def _accept(path: Path, owner: User, batch: Batch, wardrobe: str) -> Accepted:
    while True:
        try:
            with path.open("rb") as file:
                return accept_photo(
                    owner.pk,
                    File(file, name=path.name),
                    wardrobe=wardrobe,
                    batch=batch,
                    priority=Outfit.Priority.BATCH,
                )
        except Refused as refused:
            if refused.reason is not Refusal.RATE:
                raise
            time.sleep(refused.retry_after_s)
