"""Uploads that go straight to the bucket, and every change of their status, as guarded updates.

    waiting --complete--> queued --claim--> checking --accept--> accepted
       |                    ^                  |---refuse--> refused
       `--expire--> expired `----put_back------'

The bucket enforces the size (a POST policy); everything else about the file is checked by a worker,
which does to it what `accept_photo` does to any photo. `classifier.leases` has the leases.
"""

import uuid
from collections import Counter
from datetime import timedelta

from django.conf import settings
from django.db import transaction
from django.db.models import QuerySet
from django.db.models.functions import Now
from django.utils import timezone

from classifier.catalogue import offered_wardrobes
from classifier.leases import Jobs, Lease, seconds_from_now
from classifier.lifecycle.wakeup import wake_upload_check
from classifier.limits.ledger import day_of, give_back
from classifier.models import Batch, DirectUpload, Outfit
from classifier.storage import objects
from classifier.storage.objects import PostForm
from classifier.uploads.quota import room_for_direct_upload
from classifier.uploads.refusals import Refusal, Refused

Status = DirectUpload.Status
OPEN = (Status.WAITING, Status.QUEUED, Status.CHECKING)
# Storage may be away for a while; a photo that kills its worker is given up.
MOST_ATTEMPTS = 5
KEPT = timedelta(days=7)
# What was being sent when its form ran out has arrived, or was cut off, after this long.
LAST_BYTES = timedelta(minutes=5)
CLEARED_AT_A_TIME = 10_000


def begin(
    owner_id: int,
    name: str,
    *,
    wardrobe: str = "",
    batch: Batch | None = None,
    ip_address: str = "",
) -> tuple[DirectUpload, PostForm]:
    """Allow one upload to the bucket; returns the form to send. Raises Refused, LimitReached.

    It counts for the day, and the most bytes that the form lets in are set aside, from here on.
    """
    if wardrobe and wardrobe not in offered_wardrobes():
        raise Refused(Refusal.UNKNOWN_WARDROBE)
    most_bytes = settings.FASI_MAX_UPLOAD_BYTES
    with room_for_direct_upload(owner_id, most_bytes):
        upload = DirectUpload.objects.create(
            owner_id=owner_id,
            name=name,
            wardrobe=wardrobe,
            batch=batch,
            address=ip_address,
            most_bytes=most_bytes,
            expires=timezone.now() + timedelta(seconds=settings.FASI_DIRECT_UPLOAD_S),
        )
    form = objects.post_form(upload.key, most_bytes, settings.FASI_DIRECT_UPLOAD_S)
    return upload, form


def complete(upload: DirectUpload) -> bool:
    """The file is in the bucket: have it checked. False where the upload is not open."""
    with transaction.atomic():
        queued = DirectUpload.objects.filter(pk=upload.pk, status=Status.WAITING).update(
            status=Status.QUEUED, not_before=Now()
        )
        if queued:
            transaction.on_commit(wake_upload_check, robust=True)
    return bool(queued)


# One at a time: a photo that kills the process takes no other down with it.
JOBS = Jobs(
    DirectUpload, Status.QUEUED, Status.CHECKING, "FASI_UPLOAD_LEASE_S", lease_field="not_before"
)


def claim_upload() -> Lease[DirectUpload] | None:
    """Take the upload that is due longest, or one that a worker took and never ended."""
    return JOBS.claim()


def accept(lease: Lease[DirectUpload], outfit: Outfit) -> bool:
    """It has become this outfit."""
    return lease.end(status=Status.ACCEPTED, outfit=outfit)


def refuse(lease: Lease[DirectUpload], reason: str) -> bool:
    """It is no photo that we take."""
    return lease.end(status=Status.REFUSED, reason=reason)


def put_back(lease: Lease[DirectUpload], seconds: int, reason: str) -> bool:
    """Not now: check it again later, or give it up after the last attempt."""
    if lease.attempt >= MOST_ATTEMPTS:
        return refuse(lease, reason)
    return lease.end(status=Status.QUEUED, not_before=seconds_from_now(seconds))


def expire() -> int:
    """End uploads that were not completed in time, and forget old ones. Returns how many ended.

    The day's quota gets those back.
    """
    now = timezone.now()
    with transaction.atomic():
        late = DirectUpload.objects.select_for_update(skip_locked=True).filter(
            status=Status.WAITING, expires__lt=now
        )
        ended = list(late.values_list("pk", "owner_id", "created"))
        ids = [pk for pk, *_ in ended]
        DirectUpload.objects.filter(pk__in=ids).update(status=Status.EXPIRED)
    for (owner_id, day), uploads in Counter(
        (owner, day_of(owner, at)) for _, owner, at in ended
    ).items():
        give_back(owner_id, day, uploads)
    old = DirectUpload.objects.filter(expires__lt=now - KEPT, cleared=True)
    old.exclude(status__in=OPEN).delete()
    return len(ended)


def clear() -> int:
    """Remove what lies under the keys of uploads that are over. Returns how many are done with.

    A form is good for one photo, but the bucket takes it as often as it is sent until its time is
    over; so the object of an upload that was checked is removed again and again until then, and
    once after. Raises StorageUnavailable, and then it is done again.
    """
    over = DirectUpload.objects.filter(cleared=False).exclude(status__in=OPEN)
    some = list(over.order_by("expires")[:CLEARED_AT_A_TIME])
    objects.remove(upload.key for upload in some)
    late = timezone.now() - LAST_BYTES
    done = [upload.pk for upload in some if upload.expires < late]
    DirectUpload.objects.filter(pk__in=done).update(cleared=True)
    return len(done)


def close(owner_id: int) -> int:
    """End this person's uploads whose file has not come, as if their time were over."""
    past = timezone.now() - timedelta(seconds=1)
    mine = DirectUpload.objects.filter(owner_id=owner_id, status=Status.WAITING)
    closed = mine.update(expires=past)
    expire()
    return closed


def open_among(ids: set[uuid.UUID]) -> set[uuid.UUID]:
    """Those of these uploads whose object is still needed."""
    rows: QuerySet[DirectUpload] = DirectUpload.objects.filter(pk__in=ids, status__in=OPEN)
    return set(rows.values_list("pk", flat=True))
