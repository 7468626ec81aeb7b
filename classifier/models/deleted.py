"""How many outfits somebody deleted, by day: for research, of those who consent to it."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _


class DeletedOutfits(models.Model):
    """So many on that day, and nothing of what they were.

    Written only while the owner consents to research; gone when they take that back, and with the
    account. `classifier.lifecycle.noticing` writes it.
    """

    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="deleted_outfits"
    )
    day = models.DateField(help_text=_("in UTC"))
    outfits = models.PositiveIntegerField()

    class Meta:
        verbose_name = _("deleted outfits")
        verbose_name_plural = _("deleted outfits")
        constraints = [
            models.UniqueConstraint(fields=["owner", "day"], name="deleted_once_a_day"),
        ]

    def __str__(self) -> str:
        return f"{self.owner_id} {self.day}: {self.outfits}"
