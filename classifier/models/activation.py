"""Which release was made active when, so that rolling back knows the one before."""

from django.conf import settings
from django.contrib.auth.models import User
from django.db import models
from django.db.models.functions import Now
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from classifier.models.release import Release


class Activation(models.Model):
    """A release was promoted. Rolling back takes the newest back that is not taken back yet."""

    release = models.ForeignKey(Release, on_delete=models.CASCADE, related_name="activations")
    at = models.DateTimeField(_("when"), default=timezone.now, db_default=Now())
    by: models.ForeignKey[User | None, User | None] = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.SET_NULL,
        verbose_name=_("who"),
        related_name="+",
        null=True,
        help_text=_("nobody: a command"),
    )
    taken_back = models.DateTimeField(_("rolled back"), null=True)

    class Meta:
        verbose_name = _("activation")
        verbose_name_plural = _("activations")

    def __str__(self) -> str:
        return f"{self.release} {self.at:%Y-%m-%d %H:%M}"
