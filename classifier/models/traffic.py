"""What came in, week by week: sums over many people's photos, for staff who watch for drift."""

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from classifier.models.release import Release


class TrafficWeek(models.Model):
    """What one release said of the photos that came in one ISO week from one source. Sums only.

    `classifier.drift.measuring` writes it. Sources with too few photos or people in a week are
    together in OTHER, or left out. The row VALIDATION has no week: it is what the release said of
    its validation photos, as its bundle tells. `styles` counts top styles of outfits in the order
    of the taxonomy, `confidences` their confidence in 20 bins. Of a sample of embeddings: how many
    (`sampled`), how many are farther from the training photos than 95 of 100 validation photos
    (`unusual`), and the maximum mean discrepancy to them (`mmd`, squared, without bias) with the
    `p_value` of a permutation test; empty where the bundle has no reference.
    """

    class Source(models.TextChoices):
        """`Outfit.Source`, and two more."""

        SITE = "site", _("the site")
        PHONE = "phone", _("phones")
        API = "api", _("programs")
        BATCH = "batch", _("batches")
        FOLDER = "folder", _("folders")
        UNKNOWN = "unknown", _("unknown sources")
        OTHER = "other", _("small sources together")
        VALIDATION = "validation", _("validation photos")

    release = models.ForeignKey(Release, on_delete=models.CASCADE, related_name="traffic_weeks")
    week = models.DateField(null=True, help_text=_("its Monday, in UTC"))
    source = models.CharField(max_length=10, choices=Source)
    photos = models.PositiveIntegerField()
    people_only = models.PositiveIntegerField(default=0, help_text=_("photos of people, no outfit"))
    none = models.PositiveIntegerField(default=0, help_text=_("photos with neither"))
    unsure = models.PositiveIntegerField(help_text=_("outfits whose style is not sure"))
    confidence = models.FloatField(help_text=_("the sum over outfits"))
    styles = ArrayField(models.PositiveIntegerField())
    confidences = ArrayField(models.PositiveIntegerField())
    sampled = models.PositiveIntegerField(default=0)
    unusual = models.PositiveIntegerField(default=0)
    mmd = models.FloatField(null=True)
    p_value = models.FloatField(null=True)
    measured = models.DateTimeField(default=timezone.now, db_default=Now())

    class Meta:
        verbose_name = _("week of traffic")
        verbose_name_plural = _("weeks of traffic")
        constraints = [
            models.UniqueConstraint(
                fields=["release", "week", "source"],
                name="traffic_once_a_week",
                nulls_distinct=False,
            ),
            models.CheckConstraint(
                condition=Q(week__isnull=True, source="validation")
                | (Q(week__isnull=False) & ~Q(source="validation")),
                name="traffic_has_a_week",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.week} {self.source}: {self.photos}"

    @property
    def outfits(self) -> int:
        """The photos that show one."""
        return self.photos - self.people_only - self.none


class TrafficState(models.Model):
    """Up to when predictions are counted in the weeks of traffic: one row, which is the lock."""

    id = models.SmallIntegerField(primary_key=True, default=1, editable=False)
    until = models.DateTimeField(null=True)

    class Meta:
        verbose_name = _("state of the weeks of traffic")
        verbose_name_plural = _("states of the weeks of traffic")
        constraints = [
            models.CheckConstraint(condition=Q(id=1), name="traffic_state_is_one_row"),
        ]

    def __str__(self) -> str:
        return str(self.until)
