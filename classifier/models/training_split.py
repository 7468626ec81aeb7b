"""Whose photos train a model, and whose only test it."""

from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _


class TrainingSplit(models.Model):
    """The side of one person's photos, decided once: `classifier.personal_data.training_split`."""

    owner = models.OneToOneField(
        settings.AUTH_USER_MODEL,
        on_delete=models.CASCADE,
        primary_key=True,
        related_name="training_split",
    )
    held_out = models.BooleanField(help_text=_("tests models and never trains one"))
    decided = models.DateTimeField(default=timezone.now)

    class Meta:
        verbose_name = _("side in training")
        verbose_name_plural = _("sides in training")

    def __str__(self) -> str:
        return f"{self.owner_id}: {'held out' if self.held_out else 'trains'}"
