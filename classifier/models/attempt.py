"""An attempt that ended without a prediction: the history of a dead letter."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from classifier.models.outfit import Outfit


class Attempt(models.Model):
    """How one attempt at an outfit ended. Written with the change of status that ended it.

    Attempts that succeed leave a prediction instead.
    """

    outfit = models.ForeignKey(
        Outfit,
        on_delete=models.CASCADE,
        related_name="ended_attempts",
        db_index=False,  # the unique constraint has one
    )
    number = models.PositiveSmallIntegerField()
    worker = models.CharField(max_length=200)
    reason = models.CharField(max_length=40)
    text = models.TextField(blank=True)
    ended = models.DateTimeField()

    class Meta:
        verbose_name = _("attempt")
        verbose_name_plural = _("attempts")
        ordering = ["number"]
        constraints = [
            models.UniqueConstraint(fields=["outfit", "number"], name="attempt_ends_once"),
            models.CheckConstraint(condition=~Q(reason=""), name="attempt_has_reason"),
        ]

    def __str__(self) -> str:
        return f"{self.number}: {self.reason}"
