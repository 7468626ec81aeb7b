"""What somebody allowed to be done with their photos, and when."""

from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _


class Consent(models.Model):
    """One change of mind: may the owner's photos train the model? Rows are added, never changed.

    The newest row holds; nobody without a row has consented. They are read by
    `classifier.personal_data.consents`.
    """

    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="consents"
    )
    given = models.BooleanField()
    changed = models.DateTimeField(default=timezone.now)

    class Meta:
        verbose_name = _("consent")
        verbose_name_plural = _("consents")
        get_latest_by = ["changed", "id"]
        indexes = [models.Index(fields=["owner", "-changed", "-id"], name="consent_newest")]

    def __str__(self) -> str:
        return f"{self.owner_id}: {'yes' if self.given else 'no'} ({self.changed:%Y-%m-%d})"
