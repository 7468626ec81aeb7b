"""What an outfit would be called by its owner, as far as their earlier words tell."""

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from classifier.models.prediction import Prediction


class PersonalAnswer(models.Model):
    """Stands beside a prediction, which stays as the model made it, and goes with it.

    Nothing counts by it: histories, reviews and training go by predictions and verdicts.
    `probabilities` are in the order of the release's taxonomy. `told` is how many outfits the owner
    had named a style of, by this release, and `similar` how many of those that look like this one
    they called `style`.
    """

    prediction = models.OneToOneField(
        Prediction, on_delete=models.CASCADE, related_name="personal", primary_key=True
    )
    style = models.CharField(max_length=40)
    confidence = models.FloatField()
    probabilities = ArrayField(models.FloatField())
    told = models.PositiveIntegerField()
    similar = models.PositiveIntegerField()
    created = models.DateTimeField(default=timezone.now)

    class Meta:
        verbose_name = _("personal answer")
        verbose_name_plural = _("personal answers")
        constraints = [
            models.CheckConstraint(
                condition=Q(confidence__gte=0) & Q(confidence__lte=1),
                name="personal_confidence_is_probability",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.style} {self.confidence:.0%}"
