"""What a person chose for themselves."""

from zoneinfo import ZoneInfo

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from classifier.models.compiled import Compiled
from classifier.values.zones import zone_named


class Preferences(models.Model):
    """One row a person, made when their browser first says where they are.

    `time_zone` is an IANA name. While it is not `chosen` it follows the browser. `adapts`: whether
    answers take into account what the person said of earlier outfits.
    """

    owner = models.OneToOneField(
        settings.AUTH_USER_MODEL,
        on_delete=models.CASCADE,
        related_name="preferences",
        primary_key=True,
    )
    time_zone = models.CharField(max_length=64)
    chosen = models.BooleanField(default=False)
    adapts = models.BooleanField(default=True, db_default=True)

    class Meta:
        verbose_name = _("preferences")
        verbose_name_plural = _("preferences")

    def __str__(self) -> str:
        return self.time_zone

    @classmethod
    def zone_of(cls, owner_id: int) -> ZoneInfo:
        """The person's zone, for what comes without a page: programs, batches, jobs, quotas."""
        kept = _PREFERENCES.get(owner_id)
        return zone_named(kept.time_zone if kept else "") or ZoneInfo(settings.TIME_ZONE)


_PREFERENCES = Compiled(lambda: Preferences.objects.filter(owner_id=0))
