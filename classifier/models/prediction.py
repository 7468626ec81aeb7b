"""What one release said about one outfit."""

from typing import TYPE_CHECKING

from django.contrib.postgres.fields import ArrayField
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from pgvector.django import HalfVectorField

from classifier.models.release import Release

if TYPE_CHECKING:
    from inference.taxonomy import Style

EMBEDDING_SIZE = 256


class Prediction(models.Model):
    """Probabilities in the order of the release's taxonomy, and what follows from them.

    `activation_map` is 7 x 7 bytes, row by row, 255 at the strongest point; empty
    where a wardrobe made another style the top one than the map explains. `embedding` has unit
    length; half precision keeps a million of them at 0.5 GB and moves a cosine by less than 1e-3.
    """

    outfit = models.ForeignKey(
        "classifier.Outfit", on_delete=models.CASCADE, related_name="predictions"
    )
    release = models.ForeignKey(Release, on_delete=models.PROTECT, related_name="predictions")
    probabilities = ArrayField(models.FloatField())
    style = models.CharField(max_length=40)
    confidence = models.FloatField(validators=[MinValueValidator(0), MaxValueValidator(1)])
    decided = models.BooleanField(help_text=_("sure enough to name the style without a caveat"))
    activation_map = models.BinaryField()
    embedding = HalfVectorField(dimensions=EMBEDDING_SIZE)
    milliseconds = models.FloatField(help_text=_("the engine's time for this photo"))
    created = models.DateTimeField(default=timezone.now)

    class Meta:
        verbose_name = _("prediction")
        verbose_name_plural = _("predictions")
        constraints = [
            models.UniqueConstraint(
                fields=["outfit", "release"], name="prediction_once_per_release"
            ),
            models.CheckConstraint(
                condition=Q(confidence__gte=0) & Q(confidence__lte=1),
                name="prediction_confidence_is_probability",
            ),
        ]
        indexes = [
            models.Index(fields=["release", "style", "-created"], name="prediction_by_style"),
            models.Index(fields=["-created"], name="prediction_newest"),
            models.Index(fields=["confidence"], name="prediction_by_confidence"),
        ]

    def __str__(self) -> str:
        return f"{self.style} {self.confidence:.0%}"

    @property
    def top(self) -> "list[tuple[Style, float]]":
        """The three most probable styles with their probabilities, best first."""
        styles = self.release.styles
        ranked = sorted(
            zip(styles.styles, self.probabilities, strict=True), key=lambda pair: -pair[1]
        )
        return ranked[:3]

    @property
    def top_style(self) -> "Style":
        return self.release.styles.style(self.style)
