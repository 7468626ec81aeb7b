"""What a person keeps about an outfit beside its photo, as in a diary, and what finds it again."""

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.contrib.postgres.search import SearchVectorField
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

LONGEST_NOTE = 1000
LONGEST_TAG = 40
MOST_TAGS = 20


class DiaryFields(models.Model):
    """Columns of an outfit that nothing of the queue reads or writes.

    `palette` is a list of `["#rrggbb", share]`, the largest share first; empty where the photo
    shows none. `words` is what searches go by. Maintenance fills both in after the prediction
    (`classifier.history.describing`); until then they are null.
    """

    note = models.CharField(max_length=LONGEST_NOTE, blank=True, default="", db_default="")
    tags = ArrayField(
        models.CharField(max_length=LONGEST_TAG), default=list, db_default=[], blank=True
    )
    favorite = models.BooleanField(default=False, db_default=False)
    palette = models.JSONField(null=True, blank=True, help_text=_("colors and their shares"))
    words = SearchVectorField(null=True, blank=True, editable=False)

    class Meta:
        abstract = True


# Without the bin, as those of the history itself (`Outfit`).
INDEXES = [
    GinIndex(
        fields=["words"],
        condition=Q(words__isnull=False) & ~Q(status="binned"),
        name="outfit_words",
        # Its rows are searched right after they are written, and no list of pending ones grows.
        fastupdate=False,
    ),
    models.Index(
        fields=["owner", "-day", "-created", "-id"],
        condition=Q(favorite=True) & ~Q(status="binned"),
        name="outfit_favorites",
    ),
    models.Index(
        fields=["owner", "-day", "-created", "-id"],
        condition=~Q(tags=[]) & ~Q(status="binned"),
        name="outfit_tagged",
    ),
    models.Index(
        fields=["classified", "id"],
        condition=Q(status="done", palette__isnull=True),
        name="outfit_undescribed",
    ),
]


class WornDay(models.Model):
    """One more day on which somebody wore an outfit that they have a photo of."""

    outfit = models.ForeignKey("classifier.Outfit", models.CASCADE, related_name="worn_days")
    owner = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+")
    day = models.DateField()

    class Meta:
        verbose_name = _("day worn again")
        verbose_name_plural = _("days worn again")
        constraints = [models.UniqueConstraint(fields=["outfit", "day"], name="worn_once_a_day")]
        indexes = [models.Index(fields=["owner", "day"], name="worn_by_day")]

    def __str__(self) -> str:
        return f"{self.outfit_id} {self.day}"
