"""An unpacking: a ZIP file whose photos become a batch's outfits, and the job of unpacking it."""

from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from classifier.models.batch import Batch
from classifier.models.leased_job import LeasedJob


class Unpacking(LeasedJob):
    """The row is the job; only `classifier.batches.unpacking` changes its status.

    `attempts` with `status` and `claimed_by` is the fence, as it is for outfits. `done` is the
    place in the ZIP from which the next attempt goes on.
    """

    class Status(models.TextChoices):
        QUEUED = "queued", _("waiting")
        RUNNING = "running", _("being unpacked")
        DONE = "done", _("done")
        STOPPED = "stopped", _("stopped")

    batch = models.OneToOneField(
        Batch, on_delete=models.CASCADE, primary_key=True, related_name="unpacking"
    )
    wardrobe = models.CharField(max_length=40, blank=True)
    address = models.CharField(max_length=45, blank=True)
    status = models.CharField(max_length=10, choices=Status, default=Status.QUEUED)
    deaths = models.PositiveSmallIntegerField(
        default=0, help_text=_("workers that died, one after the other, at the same file")
    )
    total = models.PositiveIntegerField(help_text=_("files in it"))
    done = models.PositiveIntegerField(default=0, help_text=_("files that were looked at"))
    reason = models.CharField(max_length=40, blank=True, help_text=_("why it was stopped"))
    created = models.DateTimeField(default=timezone.now)

    class Meta(LeasedJob.Meta):
        verbose_name = _("unpacking")
        verbose_name_plural = _("unpackings")
        constraints = [
            *LeasedJob.Meta.constraints,
            models.CheckConstraint(
                condition=Q(status__in=["queued", "running", "done", "stopped"]),
                name="unpacking_status_known",
            ),
            models.CheckConstraint(
                condition=~Q(status="stopped") | ~Q(reason=""), name="unpacking_stopped_has_reason"
            ),
        ]
        indexes = [
            models.Index(
                fields=["not_before"],
                condition=Q(status__in=["queued", "running"]),
                name="unpacking_queue",
            )
        ]

    def __str__(self) -> str:
        return f"{self.batch_id} ({self.status})"
