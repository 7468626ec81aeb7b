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
    What is no outfit (`kind`) has a style all the same, for whoever says that it is one, but is
    never `decided`. `gate` and `style_set` are empty where the release's bundle has none.

    Several releases may have predicted an outfit; the one that is `shown` speaks: its owner sees
    it, and the outfit counts as it says (`classifier.reviews.speaking`). The others are for
    comparing releases.
    """

    class Kind(models.TextChoices):
        """What a photo is: `inference.calibration.KINDS`, in that order."""

        OUTFIT = "outfit", _("an outfit")
        PEOPLE = "people", _("people, no outfit")
        NONE = "none", _("no outfit")

    outfit = models.ForeignKey(
        "classifier.Outfit", on_delete=models.CASCADE, related_name="predictions"
    )
    release = models.ForeignKey(Release, on_delete=models.PROTECT, related_name="predictions")
    kind = models.CharField(
        max_length=10, choices=Kind, default=Kind.OUTFIT, db_default=Kind.OUTFIT
    )
    gate = ArrayField(
        models.FloatField(), null=True, blank=True, help_text=_("how probably it is of each kind")
    )
    probabilities = ArrayField(models.FloatField())
    style = models.CharField(max_length=40)
    confidence = models.FloatField(validators=[MinValueValidator(0), MaxValueValidator(1)])
    decided = models.BooleanField(help_text=_("sure enough to name the style without a caveat"))
    style_set = ArrayField(
        models.CharField(max_length=40),
        default=list,
        db_default=[],
        blank=True,
        help_text=_("the styles that it may be, best first"),
    )
    activation_map = models.BinaryField()
    embedding = HalfVectorField(dimensions=EMBEDDING_SIZE)
    milliseconds = models.FloatField(help_text=_("the engine's time for this photo"))
    shown = models.BooleanField(
        default=True, db_default=True, help_text=_("the one that speaks for its outfit")
    )
    created = models.DateTimeField(default=timezone.now)

    class Meta:
        verbose_name = _("prediction")
        verbose_name_plural = _("predictions")
        constraints = [
            models.UniqueConstraint(
                fields=["outfit", "release"], name="prediction_once_per_release"
            ),
            models.UniqueConstraint(
                fields=["outfit"], condition=Q(shown=True), name="prediction_one_shown"
            ),
            models.CheckConstraint(
                condition=Q(confidence__gte=0) & Q(confidence__lte=1),
                name="prediction_confidence_is_probability",
            ),
            models.CheckConstraint(
                condition=Q(kind="outfit") | Q(kind__in=["people", "none"], decided=False),
                name="prediction_decides_outfits",
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
    def perhaps(self) -> "list[Style]":
        """The styles that it may be beside the top one, best first."""
        styles = self.release.styles
        return [styles.style(each) for each in self.style_set if each != self.style]

    @property
    def top_style(self) -> "Style":
        return self.release.styles.style(self.style)
