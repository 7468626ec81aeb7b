"""A verdict on a prediction, by staff or by the outfit's owner."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from classifier.models.prediction import Prediction


class Review(models.Model):
    """What somebody says that the photo is. Where the prediction says otherwise, it is wrong."""

    class Answer(models.TextChoices):
        """What is said: only a STYLE has one.

        UNUSABLE is for staff: too dark, too blurred, too small to say. It trains no model and
        leaves what the outfit counts as, and the prediction is neither right nor wrong.
        """

        STYLE = "style", _("this style")
        NO_STYLE = "no_style", _("none of these styles")
        OUTFIT = "outfit", _("an outfit")
        NOT_AN_OUTFIT = "not_an_outfit", _("not an outfit")
        UNUSABLE = "unusable", _("an unusable photo")

    class Role(models.TextChoices):
        STAFF = "staff", _("staff")
        OWNER = "owner", _("owner")

    class Verdict(models.TextChoices):
        RIGHT = "right", _("right")
        WRONG = "wrong", _("wrong")
        NEITHER = "neither", _("neither")

    prediction = models.ForeignKey(Prediction, on_delete=models.CASCADE, related_name="reviews")
    # What staff said of other people's outfits outlives their account, without their name.
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, db_index=False
    )
    role = models.CharField(max_length=10, choices=Role)
    verdict = models.CharField(max_length=10, choices=Verdict)
    answer = models.CharField(
        max_length=20, choices=Answer, default=Answer.STYLE, db_default=Answer.STYLE
    )
    style = models.CharField(_("correct style"), max_length=40, blank=True)
    note = models.TextField(blank=True)
    created = models.DateTimeField(default=timezone.now)

    class Meta:
        verbose_name = _("review")
        verbose_name_plural = _("reviews")
        constraints = [
            models.UniqueConstraint(fields=["prediction", "by"], name="review_once_per_person"),
            models.CheckConstraint(
                condition=(Q(answer="style") & ~Q(style="")) | (~Q(answer="style") & Q(style="")),
                name="review_names_a_style",
            ),
            models.CheckConstraint(
                condition=Q(
                    answer__in=["style", "no_style", "outfit", "not_an_outfit", "unusable"]
                ),
                name="review_answer_known",
            ),
        ]
        indexes = [models.Index(fields=["by", "-created"], name="review_newest_of_one")]

    def __str__(self) -> str:
        return f"{self.verdict}: {self.said}"

    @property
    def said(self) -> str:
        """The style's id, or what was said instead of one, in words."""
        return self.style or str(self.get_answer_display())
