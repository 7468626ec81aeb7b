"""A public link to the recap of one month, which its owner asked for."""

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from classifier.models.share import new_token


class SharedRecap(models.Model):
    """Whoever has `token` sees the card of the month. Deleting the row takes it back.

    It shows what the month was when it was shared: `outfits`, as far as they are still there, and
    `said`. What its owner uploads afterwards does not become public by it.
    """

    owner = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="recaps")
    month = models.DateField(help_text=_("its first day"))
    token = models.CharField(max_length=32, unique=True, default=new_token)
    outfits = ArrayField(models.UUIDField(), help_text=_("whose thumbs the card has"))
    said = models.JSONField(help_text=_("what the card says: counts and colors"))
    language = models.CharField(
        max_length=10, default="en", db_default="en", help_text=_("that its card speaks")
    )
    created = models.DateTimeField(default=timezone.now)

    class Meta:
        verbose_name = _("shared recap")
        verbose_name_plural = _("shared recaps")
        constraints = [
            models.UniqueConstraint(fields=["owner", "month"], name="recap_shared_once_a_month")
        ]

    def __str__(self) -> str:
        return f"recap of {self.month:%Y-%m}"
