"""A public link to one result, which its owner asked for."""

import secrets

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from classifier.models.outfit import Outfit


def new_token() -> str:
    """128 bits that nobody guesses."""
    return secrets.token_urlsafe(16)


class Share(models.Model):
    """Whoever has `token` sees the card of the outfit. Deleting the row takes it back."""

    outfit = models.OneToOneField(Outfit, on_delete=models.CASCADE, related_name="share")
    token = models.CharField(max_length=32, unique=True, default=new_token)
    created = models.DateTimeField(default=timezone.now)
    language = models.CharField(
        max_length=10, default="en", db_default="en", help_text=_("that its card speaks")
    )

    class Meta:
        verbose_name = _("shared outfit")
        verbose_name_plural = _("shared outfits")

    def __str__(self) -> str:
        return f"share of {self.outfit_id}"
