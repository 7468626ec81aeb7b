"""A batch: photos go in, it can be cancelled, and it says how far it is.

Cancelling is one transaction: the batch takes no photo any more, a ZIP is not unpacked further, and
what waits is out of every claim's reach. Removing it, objects before rows, is maintenance,
which may come late or twice. What was classified by then stays.
"""

import uuid
from collections.abc import Iterable
from dataclasses import dataclass, field

import structlog
from django.core.files.base import File
from django.db import transaction
from django.db.models import Count, Q
from django.utils import timezone

from classifier.batches.unpacking import cancel_zips, key_of
from classifier.lifecycle.queued import withhold
from classifier.lifecycle.removal import remove_outfits
from classifier.lifecycle.wakeup import wake_maintenance
from classifier.models import Batch, LeftOut, Outfit, Unpacking
from classifier.storage import objects
from classifier.uploads.accept import Accepted, accept_photo, display_name
from classifier.uploads.refusals import Refusal, Refused

log = structlog.get_logger(__name__)

MOST_LEFT_OUT = 10_000
"""Files that a batch remembers as left out; programs could send it any number of them."""
NOT_OF_THE_FILE = {
    Refusal.RATE,
    Refusal.DAILY_QUOTA,
    Refusal.STORAGE_QUOTA,
    Refusal.STORAGE_UNAVAILABLE,
    Refusal.DECODERS_BUSY,
    Refusal.BATCH_CANCELLED,
}
"""Whoever sends the file again, later or to another batch, may have it accepted."""
AT_A_TIME = 500
STATUSES = [status.value for status in Outfit.Status if status != Outfit.Status.BINNED]
"""Those of outfits that are there."""


def add_photo(
    batch: Batch,
    upload: File[bytes],
    *,
    name: str = "",
    ip_address: str = "",
    wardrobe: str = "",
    source: Outfit.Source = Outfit.Source.BATCH,
    paced: bool = False,
    counted: bool = False,
) -> Accepted:
    """Accept a photo into the batch, behind whoever waits for a single one. Raises Refused.

    A file that is left out, for good or because this person has the photo already, is noted under
    `name`, or the upload's own. `paced`, `counted`: see `accept_photo`.
    """
    shown = name or display_name(upload.name or "")
    try:
        accepted = accept_photo(
            batch.owner_id,
            upload,
            ip_address=ip_address,
            wardrobe=wardrobe,
            batch=batch,
            priority=Outfit.Priority.BATCH,
            source=source,
            paced=paced,
            counted=counted,
        )
    except Refused as refused:
        if refused.reason not in NOT_OF_THE_FILE:
            leave_out(batch, shown, refused.reason)
        raise
    if accepted.seen_before and accepted.outfit.batch_id != batch.pk:
        leave_out(batch, shown, outfit=accepted.outfit)
    return accepted


def leave_out(batch: Batch, name: str, reason: str = "", outfit: Outfit | None = None) -> None:
    """Note that this file became no outfit of the batch; noting it again changes nothing.

    Of a name that is too long for its column the end is kept, which has the file's own name.
    """
    name = name[-LeftOut.NAME_LENGTH :]
    if batch.left_out.count() < MOST_LEFT_OUT:
        LeftOut.objects.bulk_create(
            [LeftOut(batch=batch, name=name, reason=reason, outfit=outfit)], ignore_conflicts=True
        )


def cancel(batch: Batch) -> bool:
    """Take no more photos and classify none that waits. False: it was cancelled before."""
    with transaction.atomic():
        now = timezone.now()
        open_batch = Batch.objects.filter(pk=batch.pk, cancelled__isnull=True)
        cancelled = bool(open_batch.update(cancelled=now, clearing=True))
        if cancelled:
            cancel_zips(Q(pk=batch.pk))
            withhold(batch.pk)
            transaction.on_commit(wake_maintenance, robust=True)
    if cancelled:
        log.info("batch_cancelled", batch=str(batch.pk), owner=batch.owner_id)
    batch.refresh_from_db()
    return cancelled


def cancelled_batches() -> list[uuid.UUID]:
    """Those of which something may still have to be removed."""
    return list(Batch.objects.filter(clearing=True).values_list("pk", flat=True))


def clear(batch_id: uuid.UUID) -> None:
    """Remove what waits of a cancelled batch, and its ZIP. Raises StorageUnavailable.

    A worker may put a claim back later, so it is done again until nothing is claimed either. What
    its owner or staff queued again since is not part of what was cancelled.
    """
    batch = Batch.objects.filter(pk=batch_id).first()
    if batch is None or batch.cancelled is None:
        return
    waited = Outfit.objects.filter(batch=batch, queued_at__lte=batch.cancelled)
    queued = waited.filter(status=Outfit.Status.QUEUED).values_list("pk", flat=True)
    while portion := list(queued[:AT_A_TIME]):
        remove_outfits(portion, status=Outfit.Status.QUEUED)
    objects.remove([key_of(batch_id)])
    if not waited.filter(status__in=(Outfit.Status.QUEUED, Outfit.Status.RUNNING)).exists():
        Batch.objects.filter(pk=batch_id).update(clearing=False)


@dataclass
class Progress:
    """How far a batch is: its outfits by status, what was left out, and its ZIP if it had one."""

    counts: dict[str, int] = field(default_factory=lambda: dict.fromkeys(STATUSES, 0))
    left_out: int = 0
    unpacking: Unpacking | None = None

    @property
    def unpacks(self) -> bool:
        """More outfits may come from its ZIP."""
        return self.unpacking is not None and self.unpacking.pending

    @property
    def waiting(self) -> int:
        return self.counts[Outfit.Status.QUEUED] + self.counts[Outfit.Status.RUNNING]

    @property
    def ended(self) -> int:
        """Outfits that are done or failed."""
        return self.counts[Outfit.Status.DONE] + self.counts[Outfit.Status.FAILED]

    @property
    def to_do(self) -> int:
        """Photos in all, as far as is known: of a ZIP, what was not looked at may be photos too."""
        unseen = self.unpacking.total - self.unpacking.done if self.unpacking else 0
        return self.ended + self.waiting + (unseen if self.unpacks else 0)

    @property
    def finished(self) -> bool:
        return not self.waiting and not self.unpacks


def progress_of(batches: Iterable[Batch]) -> dict[uuid.UUID, Progress]:
    """How far each of these batches is, in three queries."""
    found = {batch.pk: Progress() for batch in batches}
    outfits = Outfit.objects.filter(batch__in=found).values_list("batch_id", "status")
    for batch_id, status, count in outfits.annotate(outfits=Count("pk")):
        found[batch_id].counts[status] = count
    left_out = LeftOut.objects.filter(batch__in=found).values_list("batch_id")
    for batch_id, count in left_out.annotate(files=Count("pk")):
        found[batch_id].left_out = count
    for unpacking in Unpacking.objects.filter(batch__in=found):
        found[unpacking.batch_id].unpacking = unpacking
    return found
