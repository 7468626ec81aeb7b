"""What one person uses of their quotas, and what is set aside for work that is under way."""

import uuid

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _


class Usage(models.Model):
    """One row a person: the ledger of their quotas. Who changes it holds the row's lock.

    Only `classifier.limits` changes `day` and its two counts. `stored_bytes` is kept by triggers on
    the table of outfits, so it is their sum whatever adds or deletes them.
    """

    owner = models.OneToOneField(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, primary_key=True, related_name="usage"
    )
    day = models.DateField(help_text=_("the day, where the person is, that the counts are of"))
    uploads = models.PositiveIntegerField(default=0)
    exports = models.PositiveIntegerField(default=0)
    stored_bytes = models.PositiveBigIntegerField(default=0)

    class Meta:
        verbose_name = _("usage")
        verbose_name_plural = _("usage")

    def __str__(self) -> str:
        return f"usage of {self.owner_id}"


class Reservation(models.Model):
    """Room that is set aside before bytes flow; the row goes when they are stored, or were not.

    `expires` is when its process must have died, and it counts no longer.
    """

    class Kind(models.TextChoices):
        PHOTO = "photo", _("photo")
        ZIP = "zip", _("ZIP file")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="reservations"
    )
    kind = models.CharField(max_length=10, choices=Kind)
    bytes = models.PositiveBigIntegerField(default=0)
    expires = models.DateTimeField()

    class Meta:
        verbose_name = _("reservation")
        verbose_name_plural = _("reservations")
        indexes = [models.Index(fields=["owner", "expires"], name="reservation_of_owner")]

    def __str__(self) -> str:
        return f"{self.kind} of {self.owner_id}"
