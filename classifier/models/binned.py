"""The bin: outfits that their owners deleted and may have back for FASI_BIN_DAYS days."""

import uuid
from datetime import timedelta
from math import ceil

from django.conf import settings
from django.db import models
from django.db.models.functions import Now
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from classifier.models.outfit import Outfit


class Binned(models.Model):
    """One outfit in the bin. `classifier.bin` writes it, together with the outfit's status.

    `was` is the status that it has again when it is restored. One whom a worker had in hand was
    waiting: that attempt counts as none.
    """

    outfit = models.OneToOneField(
        Outfit, on_delete=models.CASCADE, primary_key=True, related_name="binned"
    )
    owner = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    was = models.CharField(max_length=10, choices=Outfit.Status)
    since = models.DateTimeField(default=timezone.now, db_default=Now())
    together = models.UUIDField(
        default=uuid.uuid4, help_text=_("what was deleted with one click comes back with one")
    )

    class Meta:
        verbose_name = _("outfit in the bin")
        verbose_name_plural = _("outfits in the bin")
        constraints = [
            models.CheckConstraint(
                condition=models.Q(was__in=["queued", "done", "failed"]), name="binned_was_known"
            ),
        ]
        indexes = [
            models.Index(fields=["owner", "-since", "-outfit"], name="binned_of_owner"),
            models.Index(fields=["since"], name="binned_oldest"),
        ]

    def __str__(self) -> str:
        return f"{self.outfit_id} since {self.since:%Y-%m-%d}"

    @property
    def days_left(self) -> int:
        """In so many days, begun ones counted, it may be removed."""
        ends = self.since + timedelta(days=settings.FASI_BIN_DAYS)
        return max(0, ceil((ends - timezone.now()) / timedelta(days=1)))
