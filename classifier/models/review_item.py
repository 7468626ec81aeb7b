"""The review queue: which photos staff may look at, how much that is worth, and what they did."""

import uuid

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Func, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from classifier.models.outfit import Outfit


class ReviewItem(models.Model):
    """One outfit that staff may look at, as its owner's consent or wish has it.

    All but the lease and who skipped follows from other rows: `classifier.reviews.worth` writes
    it. `wanted` reviewers give a verdict, and nobody sees it twice. While a lease lasts, by the
    database's clock, only its reviewer does.
    """

    class Reason(models.TextChoices):
        """Why it is worth looking at."""

        ASKED = "asked", _("its owner asks for a look")
        UNCERTAIN = "uncertain", _("the model is uncertain")
        OWNER = "owner", _("its owner disagrees")
        RELEASES = "releases", _("releases disagree")
        FAR = "far", _("unlike the training photos")
        RARE = "rare", _("a rare style")

    outfit = models.OneToOneField(
        Outfit, on_delete=models.CASCADE, primary_key=True, related_name="review_item"
    )
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.CASCADE,
        related_name="+",
        help_text=_("the outfit's: nobody reviews their own"),
    )
    style = models.CharField(
        max_length=40, blank=True, help_text=_("what the prediction names; empty without an outfit")
    )
    far = models.FloatField(
        null=True, help_text=_("how unlike its release's training photos, 0 to 1, if that is known")
    )
    far_of = models.BigIntegerField(null=True, help_text=_("the prediction of which that is said"))
    worth = models.FloatField(help_text=_("the more, the sooner it is shown"))
    reasons = ArrayField(models.CharField(max_length=20, choices=Reason), default=list)
    wanted = models.PositiveSmallIntegerField(default=1, help_text=_("verdicts by staff"))
    answered = models.PositiveSmallIntegerField(default=0, help_text=_("verdicts by staff so far"))
    answered_by = ArrayField(models.IntegerField(), default=list)
    skipped_by = ArrayField(models.IntegerField(), default=list)
    claimed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, related_name="+", null=True
    )
    lease_until = models.DateTimeField(null=True)

    class Meta:
        verbose_name = _("photo to review")
        verbose_name_plural = _("photos to review")
        constraints = [
            models.CheckConstraint(condition=Q(wanted__gte=1), name="review_item_wants_somebody"),
        ]
        # First who has passed it: see `classifier.reviews.queue`.
        indexes = [
            models.Index(
                Func("answered_by", "skipped_by", function="array_cat"),
                F("worth").desc(),
                "outfit",
                condition=Q(answered__lt=F("wanted")),
                name="review_item_next",
            ),
            models.Index(
                "style",
                Func("answered_by", "skipped_by", function="array_cat"),
                "worth",
                "outfit",
                condition=Q(answered__lt=F("wanted")),
                name="review_item_of_style",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.outfit_id} ({self.worth:.2f})"


class ReviewStep(models.Model):
    """One thing that a reviewer did in the queue, until they undo it or a day has passed.

    `before` is the verdict of theirs that this one replaced: its columns, or nothing.
    """

    class Act(models.TextChoices):
        VERDICT = "verdict", _("verdict")
        SKIP = "skip", _("skipped")

    reviewer = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+", db_index=False
    )
    outfit = models.ForeignKey(Outfit, on_delete=models.CASCADE, related_name="+")
    act = models.CharField(max_length=10, choices=Act)
    before = models.JSONField(null=True)
    together = models.UUIDField(
        default=uuid.uuid4, help_text=_("the same for what was done, and is undone, in one go")
    )
    created = models.DateTimeField(default=timezone.now)

    class Meta:
        verbose_name = _("step of a review")
        verbose_name_plural = _("steps of reviews")
        indexes = [
            models.Index(fields=["reviewer", "-created", "-id"], name="review_step_newest"),
            models.Index(fields=["created"], name="review_step_oldest"),
        ]

    def __str__(self) -> str:
        return f"{self.reviewer_id}: {self.act} {self.outfit_id}"


class ReviewProgress(models.Model):
    """How far the queue is filled: one row. `rarity` is by style, 0 for a common one up to 1."""

    filled_until = models.DateTimeField(null=True, help_text=_("all predictions until then"))
    consents_until = models.DateTimeField(default=timezone.now)
    rarity = models.JSONField(default=dict)

    class Meta:
        verbose_name = _("progress of the review queue")
        verbose_name_plural = _("progress of the review queue")

    def __str__(self) -> str:
        return f"{self.filled_until or 'empty'}"
