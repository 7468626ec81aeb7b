"""A verdict on a prediction, by staff or by the outfit's owner."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from classifier.models.prediction import Prediction


class Review(models.Model):
    """Right or wrong, and if wrong the right style: then it is a correction."""

    class Role(models.TextChoices):
        STAFF = "staff", _("staff")
        OWNER = "owner", _("owner")

    class Verdict(models.TextChoices):
        RIGHT = "right", _("right")
        WRONG = "wrong", _("wrong")

    prediction = models.ForeignKey(Prediction, on_delete=models.CASCADE, related_name="reviews")
    # What staff said of other people's outfits outlives their account, without their name.
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True)
    role = models.CharField(max_length=10, choices=Role)
    verdict = models.CharField(max_length=10, choices=Verdict)
    style = models.CharField(_("correct style"), max_length=40)
    note = models.TextField(blank=True)
    created = models.DateTimeField(default=timezone.now)

    class Meta:
        verbose_name = _("review")
        verbose_name_plural = _("reviews")
        constraints = [
            models.UniqueConstraint(fields=["prediction", "by"], name="review_once_per_person"),
            models.CheckConstraint(condition=~Q(style=""), name="review_names_a_style"),
        ]

    def __str__(self) -> str:
        return f"{self.verdict}: {self.style}"
