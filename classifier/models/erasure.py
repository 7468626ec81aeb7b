"""An account that is closed and whose rows and objects are being removed."""

from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _


class Erasure(models.Model):
    """The job of removing what is left of a closed account; it goes together with the account.

    Until then nobody can sign in to it and it carries no name: see
    `classifier.personal_data.erasure`.
    """

    owner = models.OneToOneField(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="erasure"
    )
    requested = models.DateTimeField(default=timezone.now)

    class Meta:
        verbose_name = _("erasure")
        verbose_name_plural = _("erasures")

    def __str__(self) -> str:
        return f"{self.owner_id} ({self.requested:%Y-%m-%d})"
