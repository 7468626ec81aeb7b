"""An export: everything of one person as a ZIP file, and the job of preparing it."""

import uuid

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from classifier.models.leased_job import LeasedJob


class Export(LeasedJob):
    """The row is the job; one a person at a time.

    Only `classifier.personal_data.exports` changes its status.

    `attempts` with `status` and `claimed_by` is the fence, as it is for outfits. `upload_id` names
    the multipart upload that is under way: whoever takes over aborts it.
    """

    class Status(models.TextChoices):
        QUEUED = "queued", _("waiting")
        RUNNING = "running", _("being prepared")
        READY = "ready", _("ready")
        FAILED = "failed", _("failed")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    owner = models.OneToOneField(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="export"
    )
    status = models.CharField(max_length=10, choices=Status, default=Status.QUEUED)
    attempts = models.PositiveSmallIntegerField(default=0)
    upload_id = models.TextField(blank=True)
    total = models.PositiveIntegerField(default=0, help_text=_("outfits to pack"))
    done = models.PositiveIntegerField(default=0, help_text=_("outfits that are packed"))
    key = models.CharField(max_length=200, blank=True, help_text=_("of the file in the bucket"))
    size = models.PositiveBigIntegerField(default=0, help_text=_("of the file, in bytes"))
    error_code = models.CharField(max_length=40, blank=True)
    error_text = models.TextField(blank=True)
    created = models.DateTimeField(default=timezone.now)
    ready = models.DateTimeField(null=True, blank=True)
    expires = models.DateTimeField(null=True, blank=True)

    class Meta(LeasedJob.Meta):
        verbose_name = _("export")
        verbose_name_plural = _("exports")
        constraints = [
            *LeasedJob.Meta.constraints,
            models.CheckConstraint(
                condition=Q(status__in=["queued", "running", "ready", "failed"]),
                name="export_status_known",
            ),
            models.CheckConstraint(
                condition=~Q(status="ready")
                | (~Q(key="") & Q(ready__isnull=False, expires__isnull=False)),
                name="export_ready_has_file_and_end",
            ),
            models.CheckConstraint(
                condition=~Q(status="failed") | ~Q(error_code=""), name="export_failed_has_reason"
            ),
        ]
        indexes = [
            models.Index(
                fields=["created"],
                condition=Q(status__in=["queued", "running"]),
                name="export_queue",
            ),
            models.Index(fields=["expires"], condition=Q(status="ready"), name="export_expiry"),
        ]

    def __str__(self) -> str:
        return f"{self.id} ({self.status})"
