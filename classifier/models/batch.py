"""A batch: many outfits submitted together."""

import uuid

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _


class Batch(models.Model):
    """Many outfits of one owner, with a progress of their own."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="batches"
    )
    name = models.CharField(max_length=200)
    total = models.PositiveIntegerField()
    created = models.DateTimeField(default=timezone.now)
    cancelled = models.DateTimeField(null=True, blank=True)
    clearing = models.BooleanField(
        default=False, help_text=_("it was cancelled, and what still waited is being removed")
    )

    class Meta:
        verbose_name = _("batch")
        verbose_name_plural = _("batches")
        constraints = [
            models.CheckConstraint(
                condition=Q(clearing=False) | Q(cancelled__isnull=False),
                name="batch_clears_when_cancelled",
            )
        ]
        indexes = [
            models.Index(fields=["owner", "-created", "-id"], name="batch_newest"),
            models.Index(fields=["cancelled"], condition=Q(clearing=True), name="batch_clearing"),
        ]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return reverse("batch", args=[self.pk])

    def takes_photos(self) -> bool:
        """Whether it is not cancelled, as far as its row says now."""
        return type(self).objects.filter(pk=self.pk, cancelled__isnull=True).exists()

    def add_photo(self) -> bool:
        """One more photo belongs to it. False: it was cancelled, and takes none any more.

        Until the caller's transaction ends it cannot be cancelled.
        """
        taking = type(self).objects.filter(pk=self.pk, cancelled__isnull=True)
        return bool(taking.update(total=F("total") + 1))


class LeftOut(models.Model):
    """A file that was sent to a batch and became no outfit of it, and why.

    `outfit` is the one that this person's same photo had become before; `reason` is empty then.
    """

    batch = models.ForeignKey(Batch, on_delete=models.CASCADE, related_name="left_out")
    NAME_LENGTH = 255
    name = models.CharField(max_length=NAME_LENGTH)
    reason = models.CharField(max_length=40, blank=True)
    outfit = models.ForeignKey(
        "classifier.Outfit", on_delete=models.CASCADE, null=True, blank=True, related_name="+"
    )

    class Meta:
        verbose_name = _("file that was left out")
        verbose_name_plural = _("files that were left out")
        constraints = [
            # A ZIP that is unpacked again after a kill notes the same files again.
            models.UniqueConstraint(fields=["batch", "name", "reason"], name="left_out_once"),
            models.CheckConstraint(
                condition=~Q(reason="") | Q(outfit__isnull=False), name="left_out_has_reason"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.name} ({self.reason or 'seen before'})"
