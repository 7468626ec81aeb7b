"""S3."""

import secrets
import uuid
from collections.abc import Iterator

from django.conf import settings

from classifier.doctor.database import how_to_reach
from classifier.doctor.findings import Finding, Options, error, first_line, ok
from classifier.storage import objects
from classifier.storage.objects import ObjectMissing, StorageUnavailable


def check(_: Options) -> Iterator[Finding]:
    """Put, get and delete a probe object."""
    # Below this prefix the cleaning finds it, should it be left behind.
    key, data = f"{objects.UPLOADS}{uuid.uuid4()}/probe", secrets.token_bytes(1024)
    bucket = settings.FASI_S3_BUCKET
    try:
        objects.put(key, data, "application/octet-stream")
        same = objects.get(key) == data
        objects.remove([key])
        left = _is_there(key)
    except (StorageUnavailable, ObjectMissing) as fault:
        yield error(
            "storage.away",
            f"The bucket {bucket} does not take photos: {first_line(fault)}.",
            how_to_reach("FASI_S3_ENDPOINT and the keys"),
        )
        return
    if not same or left:
        yield error(
            "storage.wrong",
            f"The bucket {bucket} {'keeps what is deleted' if left else 'returns other bytes'}.",
            "Look at its versioning, its cache and its log: photos would not go when asked to.",
        )
    else:
        yield ok("storage.ok", f"The bucket {bucket} stores, returns and deletes.")


def _is_there(key: str) -> bool:
    try:
        objects.size(key)
    except ObjectMissing:
        return False
    return True
