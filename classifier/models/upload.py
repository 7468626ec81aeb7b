"""An upload that goes straight to the bucket, past the site."""

import uuid

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from classifier.models.batch import Batch
from classifier.models.outfit import Outfit
from classifier.storage import objects


class DirectUpload(models.Model):
    """A photo that its owner may put into the bucket, and the job of checking it.

    The row is the job; only `classifier.uploads.direct` changes its status. Nobody sees the object:
    a worker reads it, makes an outfit of it as of any other upload, and deletes it.
    """

    class Status(models.TextChoices):
        WAITING = "waiting", _("waiting for the file")
        QUEUED = "queued", _("waiting to be checked")
        CHECKING = "checking", _("being checked")
        ACCEPTED = "accepted", _("accepted")
        REFUSED = "refused", _("refused")
        EXPIRED = "expired", _("not completed in time")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="direct_uploads"
    )
    name = models.CharField(max_length=255, blank=True)
    wardrobe = models.CharField(max_length=40, blank=True)
    batch = models.ForeignKey(Batch, on_delete=models.SET_NULL, null=True, blank=True)
    address = models.CharField(max_length=45, blank=True, help_text=_("who asked, for the quota"))
    most_bytes = models.PositiveIntegerField(
        default=0, help_text=_("set aside until it is checked")
    )
    status = models.CharField(max_length=10, choices=Status, default=Status.WAITING)
    attempts = models.PositiveSmallIntegerField(default=0)
    not_before = models.DateTimeField(
        default=timezone.now, help_text=_("when it is due; while it is checked, when that is lost")
    )
    outfit = models.ForeignKey(Outfit, on_delete=models.SET_NULL, null=True, blank=True)
    reason = models.CharField(max_length=40, blank=True)
    created = models.DateTimeField(default=timezone.now)
    expires = models.DateTimeField()
    cleared = models.BooleanField(
        default=False, help_text=_("its form is over, and nothing lies under its key any more")
    )

    class Meta:
        verbose_name = _("direct upload")
        verbose_name_plural = _("direct uploads")
        constraints = [
            models.CheckConstraint(
                condition=~Q(status="refused") | ~Q(reason=""), name="upload_refused_has_reason"
            ),
        ]
        indexes = [
            models.Index(
                fields=["not_before"],
                condition=Q(status__in=["queued", "checking"]),
                name="upload_due",
            ),
            models.Index(fields=["expires"], condition=Q(cleared=False), name="upload_to_clear"),
            models.Index(fields=["owner", "status"], name="upload_of_owner"),
        ]

    def __str__(self) -> str:
        return f"{self.name or self.id} ({self.status})"

    @property
    def key(self) -> str:
        """Where its object lies."""
        return f"{objects.UPLOADS}{self.pk}/file"
